"""What people of the demo district say: what is wrong at a place, and the words that go with steps."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """A common problem: category as kind/code, problem type, how often it comes, and how people put it."""

    category: str
    problem_type: str
    weight: int
    phrases: tuple[str, ...]
    place: str = ""


TOPICS = (
    Topic(
        "component/01002",
        "cover_open",
        3,
        ("污水井盖不见了，只放了个树枝，晚上看不清容易掉下去", "污水井盖塌下去一半，骑车经过很危险"),
    ),
    Topic(
        "component/01003",
        "rattling",
        2,
        ("雨水井盖松了，汽车一过就哐当响，晚上睡不好", "雨水井盖一压就翘，走过去差点绊倒"),
    ),
    Topic(
        "component/01004", "blocked", 3, ("雨水箅子被树叶和泥堵住了，一下雨就积水", "雨水箅子堵了，门口积水退不下去")
    ),
    Topic("component/01007", "cover_damaged", 2, ("通信井盖裂了一道大缝，边上已经缺了一块",)),
    Topic("component/01027", "door_open", 2, ("通信交接箱门开着，线都露在外面", "路边通信箱锁坏了，门一直敞着")),
    Topic(
        "component/01037",
        "not_lit",
        6,
        ("路灯不亮，这一段晚上漆黑一片", "有两盏路灯好几天没亮了，老人下楼不方便", "路灯忽明忽暗，走夜路看不清"),
    ),
    Topic("component/01037", "tilted", 1, ("路灯杆被撞歪了，怕倒下来",)),
    Topic("component/01060", "door_open", 1, ("路灯配电箱门没关，小孩能够着里面的线",)),
    Topic("component/02010", "marking_worn", 3, ("斑马线磨得快看不见了，过马路车不让人", "停止线和导向箭头都磨没了")),
    Topic("component/02014", "service_failure", 2, ("路口信号灯不亮，车都乱走", "人行信号灯一直是红的，没法过")),
    Topic("component/02017", "displaced", 2, ("交通护栏被撞开了，横在机动车道上", "中间护栏倒了一片，占着车道")),
    Topic("component/02021", "tilted", 2, ("便道桩歪了两根，车都开到便道上来停",)),
    Topic("component/03001", "dirty_place", 3, ("公厕地面很脏，没人打扫", "公共厕所里满地污水，下不去脚")),
    Topic(
        "component/03005", "refuse_overflow", 5, ("垃圾箱满了，垃圾都堆到地上了", "果皮箱没人清，塑料袋吹得到处都是")
    ),
    Topic("component/03006", "damaged", 2, ("户外广告的布面撕开了，风一吹啪啪响",)),
    Topic(
        "component/04002",
        "plant_overgrown",
        3,
        ("行道树枝子把路灯全挡住了，该修剪了", "树枝伸到二楼窗户上了，刮风打玻璃"),
    ),
    Topic("component/04002", "tree_condition", 1, ("行道树叶子发黄还有虫，掉得满地都是",)),
    Topic("component/04013", "plant_missing", 2, ("绿地秃了一大块，一刮风全是土",), "green"),
    Topic("component/04007", "damaged", 1, ("座椅木条断了两根，坐上去会夹手",), "green"),
    Topic(
        "matter/06001",
        "illegal_in_progress",
        2,
        ("有人在楼顶搭铁皮房，正在施工", "一楼住户往外扩建，占了公共过道，还在砌墙"),
    ),
    Topic(
        "matter/06010",
        "uncollected",
        7,
        ("路边堆了一大堆垃圾，味道很大", "墙根下有好几袋生活垃圾没人收", "拐角处又有人乱扔垃圾，苍蝇很多"),
    ),
    Topic("matter/06011", "uncollected", 3, ("装修渣土堆在路边好几天了，没人清", "一堆碎砖和水泥袋占着便道")),
    Topic("matter/06012", "dirty_ground", 4, ("路面全是泥和落叶，没有清扫", "便道上有一大片油污，很滑")),
    Topic("matter/06013", "pavement_damage", 4, ("路面坑洼，下雨全是水坑", "便道砖碎了好几块，推婴儿车过不去")),
    Topic("matter/06014", "spillage", 2, ("渣土车撒了一路石子", "路上洒了很多水泥浆，没人管")),
    Topic("matter/06017", "dirty_place", 2, ("草坪里有很多饮料瓶和纸屑", "绿地成了遛狗的厕所，很脏"), "green"),
    Topic("matter/06025", "dirty_water", 2, ("河面上漂着一片垃圾和水草", "水边有油花和泡沫塑料"), "water"),
    Topic("matter/06028", "nuisance", 2, ("楼下放音响跳舞，声音太大，孩子没法写作业",)),
    Topic("matter/06034", "obstructing_object", 2, ("一辆没有牌照的破面包车停了几个月，轮胎都瘪了",)),
    Topic("matter/06035", "obstructing_object", 3, ("有人把旧沙发和床垫扔在路边", "楼门口扔了一个旧衣柜，挡着道")),
    Topic(
        "matter/06036",
        "obstructing_object",
        3,
        ("便道上堆了木板和纸箱，走路得绕到车行道", "店家把货堆在便道上，轮椅过不去"),
    ),
    Topic("matter/06051", "damaged", 2, ("盲道断了一截，砖都翘起来了",)),
    Topic(
        "matter/07001",
        "illegal_setting",
        6,
        ("电线杆上贴满了小广告", "楼道外墙又被喷了开锁电话", "公交站牌上全是招租小广告"),
    ),
    Topic("matter/08004", "nuisance", 2, ("工地没有洒水，尘土飞扬，窗户都不敢开",)),
    Topic("matter/08007", "tilted", 1, ("工地围挡往外歪，快倒到便道上了",)),
    Topic("matter/09001", "illegal_act", 5, ("几辆三轮车在路口卖水果，把道都堵了", "放学时间校门口全是小摊贩")),
    Topic(
        "matter/09005", "illegal_act", 4, ("饭馆把桌子摆到便道上，行人只能走马路", "五金店把货架摆到门外占了半条便道")
    ),
    Topic(
        "matter/09009", "disorder", 4, ("汽车把便道停满了，行人没路走", "消防栓前面总停着一辆车", "双排停车，会不了车")
    ),
    Topic("matter/09010", "disorder", 3, ("电动车在楼门口乱停，进出不方便",)),
    Topic("matter/09011", "disorder", 5, ("共享单车倒了一片，把盲道占了", "路口堆了几十辆共享单车，没法走")),
    Topic("matter/10002", "safety_hazard", 2, ("一根线缆掉下来垂在半空，大车过会刮到",)),
)

MORE = ("这个问题还没解决，再反映一次。", "我也看到了，请尽快处理。", "路过时发现同样的情况。")
REFUSALS = (
    "反映事项不属于城市管理受理范围，请拨打相应服务热线。",
    "地点和内容不清楚，多次回拨无人接听。",
    "现场已自行恢复，无需立案。",
)
SELF_FIXED = ("现场已将物品归位，通道恢复。", "已当场清理干净。", "已劝离，现场恢复正常。")

REASONS = {
    "void": ("经核实与事实不符，作废。", "现场未发现该问题。"),
    "bundle": ("与在办案件为同一问题。",),
    "send_back_to_file": ("案由与现场情况不一致，请重新核定立案条件。",),
    "return": ("该设施不属我单位管养，请转权属单位。", "经查此处由其他单位负责养护。"),
    "decline_return": ("该处在你单位责任范围内，请按期处置。",),
    "extend": ("需要定制配件，申请延期。", "施工须避开早晚高峰，申请延长时限。"),
    "decline_extend": ("剩余时限足够，请按期完成。",),
    "hang": ("需待专项资金批复后施工，申请挂账。", "需与产权单位协商，暂不具备处置条件。"),
    "fail_check": ("现场仍有残留，不符合结案条件。", "只做了临时遮挡，未修复。"),
    "rework": ("处置后照片看不清现场，请补充处置。",),
    "reopen": ("市民反映问题再次出现。",),
    "oversee": ("群众多次反映，请加快处置并说明进展。", "影响出行安全，请今日内处置。"),
    "refuse_self_disposal": ("问题未彻底解决，需立案处置。",),
}
NOTES = {
    "reply": (
        "已派人到场处置完毕，现场恢复正常。",
        "已修复，请核查。",
        "已清理完毕，并安排专人巡查。",
        "已更换损坏部件，恢复使用。",
    ),
    "answer_oversight": ("已加派人手，预计今日完成。", "已与现场负责人联系，正在处置。"),
    "self_dispose": SELF_FIXED,
}
FINDINGS = {"report_verification": ("confirmed", "confirmed", "confirmed", "different")}
