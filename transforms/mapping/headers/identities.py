"""Headers of the columns that several record kinds share: who, where, which account, when changed.

To add one: its spelling in the tuple of its column; a new shared column is a new tuple.
"""

ORG_UNIT = (
    *("org unit", "unit", "unit id", "unit code", "outlet", "outlet id", "outlet code"),
    *("branch", "branch id", "branch code", "branch no", "station", "station id", "station code"),
    *("depot", "site", "site id", "department", "department id", "dept", "queue", "team"),
    *("group", "assignment group", "assigned group", "cost center", "cost centre"),
    *("service center", "service centre", "网点", "网点编号", "网点编码", "网点代码", "网点名称"),
    *("受理网点", "所属网点", "营业网点", "派件网点", "派送网点", "机构", "机构号", "机构编号"),
    *("机构代码", "机构编码", "机构名称", "所属机构", "受理机构", "站点", "站点编号", "站点编码"),
    *(
        "分公司",
        "营业部",
        "支行",
        "部门",
        "部门编号",
        "部门名称",
        "所属部门",
        "受理部门",
        "责任部门",
    ),
    *(
        "组织",
        "组织编号",
        "组织机构",
        "单位",
        "单位编号",
        "单位名称",
        "门店",
        "门店编号",
        "门店名称",
    ),
    *("技能组", "队列", "成本中心"),
)

AGENT = (
    *("agent", "agent no", "agent name", "assignee", "assigned to", "assigned agent", "handler"),
    *("operator", "operator id", "owner", "owner id", "employee", "employee id", "employee no"),
    *("staff id", "staff no", "case owner", "ticket owner", "representative"),
    *("坐席", "坐席工号", "坐席编号", "座席", "座席工号", "客服", "客服工号", "客服人员", "工号"),
    *("员工号", "员工编号", "员工工号", "处理人", "处理人工号", "经办人", "受理人", "受理员"),
    *("受理人员", "责任人", "负责人", "话务员", "柜员号", "柜员", "服务人员"),
)

# Known only where [private] turns the column into a pseudonym (column_plan.py).
CUSTOMER = (
    *("customer", "customer id", "customer no", "customer number", "customer code", "client"),
    *("client id", "user id", "member id", "member no", "caller", "caller id", "caller number"),
    *("phone", "phone no", "phone number", "mobile", "mobile no", "mobile number"),
    *("customer phone", "customer mobile", "email address", "customer email"),
    *(
        "客户",
        "客户号",
        "客户编号",
        "客户代码",
        "客户id",
        "会员号",
        "会员编号",
        "用户id",
        "用户编号",
    ),
    *("手机", "手机号", "手机号码", "电话号码", "联系电话", "客户电话", "客户手机", "客户手机号"),
    *("来电号码", "主叫号码", "身份证号", "证件号码", "收件人电话", "寄件人电话"),
)

WAYBILL = (
    *("waybill", "waybill number", "awb", "awb no", "awb number", "airwaybill"),
    *("tracking no", "tracking number", "tracking id", "tracking code", "parcel no", "parcel id"),
    *("parcel number", "shipment no", "shipment id", "shipment number", "consignment no"),
    *("consignment number", "consignment id", "mail no"),
    *("运单", "运单号", "运单编号", "运单号码", "快递单号", "快件单号", "物流单号", "面单号"),
    *("邮件号", "邮件号码", "快递号", "运单条码", "关联运单号", "关联运单"),
)

ACCOUNT = (
    *("account", "account id", "account number", "gl account", "gl code", "gl account code"),
    *("ledger account", "nominal code", "科目", "科目号", "科目编号", "科目代码", "科目编码"),
    *("会计科目", "会计科目代码", "会计科目编码", "总账科目", "预算科目", "预算科目代码"),
    "预算科目编码",
)

CURRENCY = (
    *("currency code", "ccy", "curr", "iso currency"),
    *("币种", "币别", "货币", "货币代码", "币种代码", "货币种类"),
)

UPDATED = (
    *("updated", "updated on", "update time", "updated time", "update date", "last updated"),
    *("last updated at", "last update", "modified", "modified at", "modified on", "modified time"),
    *("last modified", "last modified at", "last modified date", "sys updated on"),
    *("sys updated at", "更新时间", "最后更新时间", "最近更新时间", "更新日期", "修改时间"),
    *("最后修改时间", "最近修改时间", "修改日期"),
)
