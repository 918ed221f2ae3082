"""What customers write: in both languages, with commas, quotes and line breaks."""

from __future__ import annotations

GOOD_COMMENTS = (
    "很快，第二天就到了。",
    "快递员态度很好，还帮忙搬上楼。",
    "包装完好，满意",
    "客服一次就解决了我的问题，点赞！",
    "还不错",
    "送货上门，提前打了电话",
    "Fast and friendly, thank you.",
    "Arrived a day early; the box was in perfect shape.",
    'The agent said "one minute" and it really was one minute.',
    "老用户了，一直很稳",
    "Good service.\nWill use again.",
    "问题处理得很及时，谢谢小王",
)

BAD_COMMENTS = (
    "等了三天才有人回复",
    "箱子压坏了，里面的杯子碎了一个",
    "打了好几次电话没人接，转来转去。",
    "说好送货上门，结果放在驿站",
    '客服说"已经派送"，其实没有',
    "快递员很不耐烦，态度差",
    "Late again, and nobody told me.",
    "Had to call three times.\nStill no refund.",
    "Courier left the parcel in the rain, box soaked",
    "运费比上次贵，没有解释",
    "信息一直不更新",
    "The claim form is too long; I gave up.",
)
