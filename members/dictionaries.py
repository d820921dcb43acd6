"""Code lists about people that are the same everywhere and do not change with the year."""

from django.db.models import TextChoices


class Ethnicity(TextChoices):
    """民族 (GB/T 3304-1991)."""

    HAN = "01", "汉族"
    MONGOL = "02", "蒙古族"
    HUI = "03", "回族"
    TIBETAN = "04", "藏族"
    UYGHUR = "05", "维吾尔族"
    MIAO = "06", "苗族"
    YI = "07", "彝族"
    ZHUANG = "08", "壮族"
    BOUYEI = "09", "布依族"
    KOREAN = "10", "朝鲜族"
    MANCHU = "11", "满族"
    DONG = "12", "侗族"
    YAO = "13", "瑶族"
    BAI = "14", "白族"
    TUJIA = "15", "土家族"
    HANI = "16", "哈尼族"
    KAZAKH = "17", "哈萨克族"
    DAI = "18", "傣族"
    LI = "19", "黎族"
    LISU = "20", "傈僳族"
    VA = "21", "佤族"
    SHE = "22", "畲族"
    GAOSHAN = "23", "高山族"
    LAHU = "24", "拉祜族"
    SUI = "25", "水族"
    DONGXIANG = "26", "东乡族"
    NAXI = "27", "纳西族"
    JINGPO = "28", "景颇族"
    KIRGIZ = "29", "柯尔克孜族"
    TU = "30", "土族"
    DAUR = "31", "达斡尔族"
    MULAO = "32", "仫佬族"
    QIANG = "33", "羌族"
    BLANG = "34", "布朗族"
    SALAR = "35", "撒拉族"
    MAONAN = "36", "毛南族"
    GELAO = "37", "仡佬族"
    XIBE = "38", "锡伯族"
    ACHANG = "39", "阿昌族"
    PUMI = "40", "普米族"
    TAJIK = "41", "塔吉克族"
    NU = "42", "怒族"
    UZBEK = "43", "乌孜别克族"
    RUSSIAN = "44", "俄罗斯族"
    EWENKI = "45", "鄂温克族"
    DEANG = "46", "德昂族"
    BONAN = "47", "保安族"
    YUGUR = "48", "裕固族"
    GIN = "49", "京族"
    TATAR = "50", "塔塔尔族"
    DERUNG = "51", "独龙族"
    OROQEN = "52", "鄂伦春族"
    HEZHEN = "53", "赫哲族"
    MONBA = "54", "门巴族"
    LHOBA = "55", "珞巴族"
    JINO = "56", "基诺族"
    OTHER = "97", "其他"
    FOREIGN_BORN = "98", "外国血统中国籍人士"


class PoliticalStatus(TextChoices):
    """政治面貌 (GB/T 4762-1984)."""

    PARTY_MEMBER = "01", "中共党员"
    PROBATIONARY = "02", "中共预备党员"
    LEAGUE_MEMBER = "03", "共青团员"
    MINGE = "04", "民革会员"
    MINMENG = "05", "民盟盟员"
    MINJIAN = "06", "民建会员"
    MINJIN = "07", "民进会员"
    NONGGONG = "08", "农工党党员"
    ZHIGONG = "09", "致公党党员"
    JIUSAN = "10", "九三学社社员"
    TAIMENG = "11", "台盟盟员"
    NO_PARTY = "12", "无党派民主人士"
    MASSES = "13", "群众"


PARTY = (PoliticalStatus.PARTY_MEMBER, PoliticalStatus.PROBATIONARY)


class Education(TextChoices):
    """学历: one list; every other word is a synonym for the importer."""

    DOCTOR = "11", "博士研究生"
    DOCTOR_STUDYING = "12", "博士研究生在读"
    MASTER = "14", "硕士研究生"
    MASTER_STUDYING = "15", "硕士研究生在读"
    BACHELOR = "21", "本科"
    BACHELOR_STUDYING = "22", "本科在读"
    JUNIOR_COLLEGE = "31", "大专"
    JUNIOR_COLLEGE_STUDYING = "32", "大专在读"
    VOCATIONAL = "41", "中专"
    VOCATIONAL_STUDYING = "42", "中专在读"
    SENIOR = "61", "高中"
    SENIOR_STUDYING = "62", "高中在读"
    JUNIOR = "71", "初中"
    JUNIOR_STUDYING = "72", "初中在读"
    PRIMARY = "81", "小学"
    PRIMARY_STUDYING = "82", "小学在读"


class Occupation(TextChoices):
    """职业"""

    STATE_ENTERPRISE = "state_enterprise", "国有企业职工"
    PRIVATE_ENTERPRISE = "private_enterprise", "非公企业职工"
    PUBLIC_BODY = "public_body", "机关事业单位职工"
    SOCIAL_ORGANIZATION = "social_organization", "社会组织员工"
    FARMER = "farmer", "农民"
    STUDENT = "student", "学生"
    FREELANCE = "freelance", "自由职业者"
    PUBLIC_TEACHER = "public_teacher", "公办院校教职工"
    PRIVATE_TEACHER = "private_teacher", "民办院校教职工"
    OTHER = "other", "其他"


class IncomeBand(TextChoices):
    """收入档次, as far as League dues need it."""

    STUDENT = "student", "学生无收入"
    RURAL = "rural", "农村户籍无固定收入"
    UP_TO_2000 = "0-2000", "2000 元以下"
    UP_TO_5000 = "2000-5000", "2000–5000 元"
    UP_TO_8000 = "5000-8000", "5000–8000 元"
    UP_TO_10000 = "8000-10000", "8000–10000 元"
    ABOVE_10000 = "10000-", "10000 元以上"


class LeaguePost(TextChoices):
    """团内职务 in a committee, general branch or branch."""

    SECRETARY = "secretary", "书记"
    DEPUTY_SECRETARY = "deputy_secretary", "副书记"
    STANDING_MEMBER = "standing_member", "常委"
    COMMITTEE_MEMBER = "committee_member", "委员"
    ALTERNATE_MEMBER = "alternate_member", "候补委员"
    ORGANIZATION_OFFICER = "organization_officer", "组织委员"
    PUBLICITY_OFFICER = "publicity_officer", "宣传委员"
    CULTURE_OFFICER = "culture_officer", "文体委员"
    PRODUCTION_OFFICER = "production_officer", "生产委员"
    RIGHTS_OFFICER = "rights_officer", "权益委员"
    VOLUNTEER_OFFICER = "volunteer_officer", "志愿委员"
    STUDY_OFFICER = "study_officer", "学习委员"
    DISCIPLINE_OFFICER = "discipline_officer", "纪检委员"
    GROUP_LEADER = "group_leader", "团小组组长"
    STAFF = "staff", "工作人员"
    OTHER = "other", "其他"


class PostNature(TextChoices):
    """团干部性质"""

    FULL_TIME = "full_time", "专职"
    PART_TIME = "part_time", "兼职"
    SECONDED = "seconded", "挂职"


class PostManner(TextChoices):
    """任职方式"""

    ELECTED = "elected", "选举"
    APPOINTED = "appointed", "任命"
    HIRED = "hired", "聘任"
    SECONDED = "seconded", "挂职"


class FileState(TextChoices):
    """电子档案 (入团志愿书) in the national system."""

    NOT_UPLOADED = "not_uploaded", "未上传"
    IN_REVIEW = "in_review", "审批中"
    CONFIRMED = "confirmed", "已认证"
    REJECTED = "rejected", "不通过"
    NOT_NEEDED = "not_needed", "无需（2020 年前入团）"


class Evaluation(TextChoices):
    """团员教育评议等次"""

    EXCELLENT = "excellent", "优秀"
    QUALIFIED = "qualified", "合格"
    BASICALLY_QUALIFIED = "basically_qualified", "基本合格"
    UNQUALIFIED = "unqualified", "不合格"
    NOT_EVALUATED = "not_evaluated", "未参评"


class Registration(TextChoices):
    """年度团籍注册"""

    REGISTERED = "registered", "已注册"
    DEFERRED = "deferred", "暂缓注册"
    NOT_REGISTERED = "not_registered", "未注册"
    REFUSED = "refused", "不予注册"
