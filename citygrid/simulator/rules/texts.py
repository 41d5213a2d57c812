"""What people of the demo district say: what is wrong at a place, and the words that go with steps."""

from collections.abc import Mapping
from dataclasses import dataclass

from citygrid.intake.choices import Flaw


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
    Topic("matter/09002", "disorder", 2, ("夜市摊位摆到车道上了，公交车进不去", "夜市收摊以后满地竹签和油污")),
    Topic("matter/09006", "illegal_act", 3, ("水果摊占了半条便道，推车过不去", "修车摊把工具摆了一地，行人绕着走")),
    Topic("matter/06029", "illegal_act", 2, ("烧烤摊就在楼下，油烟全飘进屋里", "烤炉支在便道上，地砖都熏黑了")),
    Topic("matter/06030", "pollution", 2, ("饭馆把泔水直接倒进雨水口，臭得很", "洗车水顺着路面流，便道又滑又脏")),
    Topic("matter/06027", "pollution", 2, ("饭店的烟道正对着居民窗户，油烟味很大",)),
    Topic("matter/09020", "disorder", 2, ("市场门口摊贩和三轮车挤成一团，进不去", "菜市场外面烂菜叶堆了一地")),
    Topic(
        "matter/09022", "illegal_act", 1, ("培训班在路口支桌子发传单，把道堵了", "商店门口支棚子搞促销，喇叭声很大")
    ),
    Topic("matter/09019", "passage_blocked", 1, ("轮椅坡道被汽车堵死了，老人上不去",)),
    Topic("matter/09012", "passage_blocked", 2, ("消防通道停满了车，消防车进不来", "楼前消防通道被杂物占了一半")),
    Topic("matter/08012", "spillage", 2, ("渣土车出工地不冲轮子，一路都是泥", "工地出口的泥带出去几十米")),
    Topic("matter/08001", "nuisance", 3, ("工地夜里还在打桩，全家睡不着", "中午也在切割钢筋，声音刺耳")),
    Topic("matter/06026", "polluted_water", 1, ("河水发黑，有一股臭味", "排口往河里流着黄色的水")),
    Topic("matter/07002", "illegal_act", 1, ("有人在路口往车窗里塞广告", "发传单的人跟着走，地上扔得到处都是")),
    Topic("matter/06042", "refuse_overflow", 3, ("垃圾站门口堆成山了，污水流了一地", "垃圾桶满了两天没人收")),
    Topic("matter/06040", "illegal_setting", 1, ("有人在公共车位上私装地锁",)),
    Topic("matter/06050", "damaged", 1, ("路缘石被车轧碎了，碎块滚到路上",)),
    Topic("component/01001", "cover_damaged", 1, ("自来水井盖裂了，踩上去晃",)),
    Topic("component/01005", "cover_open", 1, ("写着“电”字的井盖没盖严，露着一条缝",)),
    Topic("component/01046", "damaged", 1, ("健身器材的踏板掉了，孩子差点摔下来",), "green"),
    Topic("component/01070", "damaged", 1, ("河边护栏断了一截，孩子在那儿玩很危险",), "water"),
    Topic("component/01054", "service_failure", 1, ("路边充电桩两台都黑屏了",)),
    Topic("component/02004", "dirty", 1, ("公交站座椅和站牌上全是污渍和胶印",)),
    Topic("matter/10002", "safety_hazard", 2, ("一根线缆掉下来垂在半空，大车过会刮到",)),
)

# What else people say of a kind on a day of such weather.
IN_WEATHER: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "rain": {
        "component/01004": ("雨下得急，箅子堵住了，水漫到便道上", "雨水箅子不下水，路口积水没过脚踝"),
        "component/01003": ("大雨把雨水井盖顶起来了，正往外冒水",),
        "component/01002": ("下雨以后污水从井盖缝里冒出来，味道很大",),
        "component/04002": ("雨里一根大树枝断了，横在便道上",),
        "matter/06012": ("雨后便道上一层泥浆，很滑",),
        "matter/06013": ("路面坑里积满了水，骑车看不出深浅", "雨后路面塌了一块，车都绕着走"),
    },
    "wind": {
        "component/04002": (
            "大风刮断了树枝，砸在便道上",
            "树枝折了一半还挂在上面，随时会掉",
            "一棵树被风刮歪了，靠在电线上",
        ),
        "component/03006": ("广告牌的铁皮被风掀起来了，随时会掉下来",),
        "component/02017": ("大风把护栏刮倒了一排",),
        "matter/08007": ("工地围挡被风刮倒了，压在便道上",),
        "matter/08004": ("风一大工地的土全扬起来了，睁不开眼",),
        "matter/10002": ("大风把线缆刮断了，垂到车道上",),
    },
}

# What a person takes for something else: the eye sees the same, the books do not. Made by hand, of no rule's table.
CONFUSIONS: Mapping[str, tuple[str, ...]] = {
    "component/01001": ("component/01002", "component/01003"),
    "component/01002": ("component/01007", "component/01003", "component/01005", "component/01010"),
    "component/01003": ("component/01002", "component/01007", "component/01005"),
    "component/01004": ("matter/06013", "component/01026", "matter/06012"),
    "component/01005": ("component/01007", "component/01002"),
    "component/01007": ("component/01005", "component/01002", "component/01009"),
    "component/01027": ("component/01060", "component/01028"),
    "component/01037": ("component/02014", "component/01039", "component/01030"),
    "component/01060": ("component/01027", "component/01028"),
    "component/01070": ("component/02017", "component/04008"),
    "component/02010": ("matter/06016", "component/02012"),
    "component/02014": ("component/01037", "component/02015"),
    "component/02017": ("component/04008", "component/02021"),
    "component/02021": ("matter/06040", "component/02017"),
    "component/03005": ("matter/06010", "matter/06042"),
    "component/03006": ("matter/07003", "component/03008"),
    "component/04002": ("component/01030", "matter/06017", "matter/10002"),
    "component/04007": ("component/01046", "component/02004"),
    "component/04013": ("matter/06045", "matter/06012"),
    "matter/06001": ("matter/08016", "matter/06008"),
    "matter/06010": ("matter/06011", "matter/06036", "component/03005"),
    "matter/06011": ("matter/06010", "matter/08005", "matter/08006"),
    "matter/06012": ("matter/06014", "matter/08012"),
    "matter/06013": ("component/01002", "matter/08003", "component/01004"),
    "matter/06014": ("matter/08012", "matter/06012"),
    "matter/06017": ("matter/06010", "matter/06018"),
    "matter/06025": ("matter/06026", "matter/06010"),
    "matter/06026": ("matter/06030", "component/01073"),
    "matter/06028": ("matter/08001", "matter/09002"),
    "matter/06030": ("component/01002", "matter/06026"),
    "matter/06035": ("matter/06010", "matter/06036"),
    "matter/06036": ("matter/08006", "matter/09012"),
    "matter/06042": ("matter/06010", "component/03004"),
    "matter/07001": ("matter/07003", "component/03008"),
    "matter/08001": ("matter/06028",),
    "matter/08004": ("matter/06012", "matter/06014"),
    "matter/08007": ("component/02017", "matter/06036"),
    "matter/08012": ("matter/06014", "matter/06012"),
    "matter/09001": ("matter/09006", "matter/09020"),
    "matter/09005": ("matter/09006", "matter/06036"),
    "matter/09009": ("matter/09012", "component/02001"),
    "matter/09010": ("matter/09011", "component/02025"),
    "matter/09011": ("matter/09010", "component/02026"),
    "matter/09012": ("matter/09009", "component/01013"),
    "matter/09020": ("matter/09006", "matter/09002"),
    "matter/10002": ("component/01031", "component/01030"),
}

SOCIAL: Mapping[str, tuple[str, ...]] = {
    "matter/01001": ("楼上漏水把墙泡了，跟邻居说不通", "邻居把鞋柜摆到楼道里，为这事吵了好几回"),
    "matter/01002": ("物业费一直收，楼道灯坏了半个月没人修",),
    "matter/01003": ("退租以后房东不还押金，想请社区调解",),
    "matter/01005": ("装修队干完活，老板拖着工钱不给",),
    "matter/02001": ("三单元楼道堆满纸箱，着火了跑都跑不出去", "楼道里放着旧家具，担架都过不去"),
    "matter/02002": ("有人把电动车推进楼里充电，线从窗户拉下来", "电动车在楼道里过夜充电，很危险"),
    "matter/02003": ("楼里灭火器过期了，消火栓箱是空的",),
    "matter/02006": ("有住户总从楼上往下扔东西，差点砸着孩子", "外墙皮松了，一块一块往下掉"),
    "matter/03001": ("家里从早上就没水，也没有通知", "整栋楼暖气不热，屋里只有十几度"),
    "matter/03002": ("单元门禁坏了，谁都能进来",),
    "matter/03003": ("想给老人办高龄补贴，不知道要带什么材料",),
    "matter/04001": ("独居老人行动不便，想申请助餐送上门", "老人一个人住，这几天没见下楼，请上门看看"),
    "matter/04002": ("坐轮椅的住户出门要人抬，想申请装坡道",),
    "matter/04004": ("家里人突然住院，想了解临时救助",),
    "matter/05001": ("楼前绿地边的垃圾好几天没人扫",),
    "matter/05002": ("小区里总有人不分类，几个桶全混着扔",),
    "matter/05003": ("有人遛狗不拴绳，孩子不敢下楼",),
    "matter/05004": ("楼上半夜还在跳操，整栋楼都听得见", "楼下棋牌室天天到后半夜"),
    "matter/06001": ("小区里车乱停，救护车进来绕了十分钟",),
    "matter/06003": ("邻居周末一早就装修，老人孩子没法休息",),
    "matter/07001": ("建议在小区空地加几个长椅和晾衣杆",),
    "matter/07004": ("希望社区活动室晚上也开门",),
}

MORE = ("这个问题还没解决，再反映一次。", "我也看到了，请尽快处理。", "路过时发现同样的情况。")
REFUSALS: Mapping[str, str] = {  # why a report is refused, and what was wrong with it
    "反映事项不属于城市管理受理范围，请转相应服务热线。": "",
    "地点和内容不清楚，无法找到。": Flaw.WRONG_PLACE.value,
    "现场已自行恢复，无需立案。": "",
    "照片看不出问题，请补拍后重新上报。": Flaw.NO_EVIDENCE.value,
}
SELF_FIXED = ("现场已将物品归位，通道恢复。", "已当场清理干净。", "已劝离，现场恢复正常。")

REASONS = {
    "void": ("经核实与事实不符，作废。", "现场未发现该问题。"),
    "bundle": ("与在办案件为同一问题。",),
    "send_back_to_file": ("案由与现场情况不一致，请重新核定立案条件。",),
    "return": ("该设施不属我单位管养，请转权属单位。", "经查此处由其他单位负责养护。"),
    "escalate_to_community": ("网格内没有条件解决，请社区协调。", "需要社区出面调解。"),
    "escalate_to_street": ("涉及多个单位，请街道统筹。", "社区没有执法权限，上报街道。"),
    "escalate_to_district": ("需要区级部门明确政策，上报区级。",),
    "call_department": ("请派员到场，会同社区处理。", "需要专业力量查看现场。"),
    "not_solved_at_grid": ("反映人表示问题仍在，请再次上门。",),
    "decline_return": ("该处在你单位责任范围内，请按期处置。",),
    "extend": ("需要定制配件，申请延期。", "施工须避开早晚高峰，申请延长时限。"),
    "decline_extend": ("剩余时限足够，请按期完成。",),
    "hang": ("需待专项资金批复后施工，申请挂账。", "需与产权单位协商，暂不具备处置条件。"),
    "fail_check": ("现场仍有残留，不符合结案条件。", "与结案条件不符，请继续处置。"),
    "fail_check component": ("只做了临时遮挡，未修复。", "仍有松动，不符合结案条件。"),
    "rework": ("处置后照片看不清现场，请补充处置。",),
    "reopen": ("市民反映问题再次出现。",),
    "oversee": ("群众多次反映，请加快处置并说明进展。", "影响出行安全，请今日内处置。"),
    "refuse_self_disposal": ("问题未彻底解决，需立案处置。",),
}
NOTES = {
    "reply": ("已派人到场处置完毕，现场恢复正常。", "已处理完毕，请核查。"),
    "reply component": ("已修复，请核查。", "已更换损坏部件，恢复使用。", "已加固复位，并检查周边同类设施。"),
    "reply matter": ("已清理完毕，并安排专人巡查。", "已当场整改，恢复整洁。", "已告知当事人并整改到位，加强巡查。"),
    "answer_oversight": ("已加派人手，预计今日完成。", "已与现场负责人联系，正在处置。"),
    "self_dispose": SELF_FIXED,
    "handle_at_grid": ("已上门了解情况，当场解决。", "已与双方沟通，达成一致。", "已联系服务人员，当天办好。"),
    "handle_at_community": ("社区已组织协商，双方签了字。", "已协调物业处理，明天复查。"),
    "handle_at_street": ("街道已会同部门处理完毕。",),
    "handle_at_district": ("区级已明确办理办法，并告知反映人。",),
    "report_to_street": ("已到场处置，情况反馈街道。",),
    "give_feedback": ("已电话回访反映人。", "已当面回复，反映人认可。"),
}
FINDINGS = {
    "report_verification": (*("confirmed",) * 9, "different"),
    "give_feedback": (*("satisfied",) * 4, "very_satisfied", "very_satisfied", "fair", "dissatisfied", "not_reached"),
    "not_solved_at_grid": ("not_solved", "partly_solved"),
}
NOT_AS_REPORTED = {"report_verification": "different", "void": "现场情况与案由不符，另行立案。"}
