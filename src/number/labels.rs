//! The words that stand before a number, and what they say of it.

use super::kind::Kind;
use super::text::is_edge;
use crate::sorted::distinct;
use crate::text::Parts;
use alloc::vec::Vec;

/// What the words before a number say of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Label {
    /// Nothing.
    #[default]
    None,
    /// That it is a number of some certificate.
    Neutral,
    /// Of which kind it is.
    Names(Kind),
    /// That it is a self-declaration's, whose numbers have no known grammar.
    SelfDeclaration,
    /// That it is no certificate number: an order, a telephone, a card.
    Elsewhere,
}

impl Label {
    /// The kind that it names.
    pub(super) fn kind(self) -> Option<Kind> {
        if let Self::Names(kind) = self { Some(kind) } else { None }
    }

    /// This label with another that is nearer to the number: the nearer one counts if it says more.
    pub(super) fn then(self, nearer: Self) -> Self {
        match nearer {
            Self::None => self,
            Self::Neutral if self != Self::None => self,
            _ => nearer,
        }
    }
}

/// Labels are made of these words, in lower case: `3c` + `证书编号`, `有机产品` + `认证证书编号`. The longest one counts.
/// After a word that ends in `|` no letter may follow. In one text for each label, as a table of words would be larger.
#[rustfmt::skip]
static WORDS: [(Label, &str); 19] = [
    (Label::None, "编号,号码,代码,号,为,是,number,code,no,nr,of"),
    (Label::Neutral,
        "cqc认证,cqc证书,认证证书编号,认证证书号,认证编号,认证证书,证书编号,证书号码,证书号,证书,认证,certificate number,certificate no,certificate,\
        cert. no,cert no,cert"),
    (Label::Names(Kind::Ccc), "强制性产品认证证书编号,强制性产品认证证书,强制性产品认证,强制性认证,cccno,ccc,3c"),
    (Label::Names(Kind::FactoryCode), "工厂编号,工厂代码,生产企业编号,factory code,factory number,factory no,factory id"),
    (Label::Names(Kind::VehicleConformity), "车辆一致性,一致性证书编号,一致性证书"),
    (Label::Names(Kind::FireIdentity), "消防产品身份标识,消防产品身份信息标志,消防产品身份信息,身份信息标志,明码"),
    (Label::Names(Kind::OrganicCode), "有机码,organic code"),
    (Label::Names(Kind::OrganicCertificate), "有机产品,有机认证,有机证书,organic product,organic certificate"),
    (Label::Names(Kind::FoodAgriculture), "食品农产品,食品安全管理体系,危害分析与关键控制点,良好农业规范"),
    (Label::Names(Kind::ManagementSystem),
        "质量管理体系,环境管理体系,职业健康安全管理体系,信息安全管理体系,管理体系,iso9001,iso 9001,iso14001,iso 14001,iso45001,iso 45001,\
        iso27001,iso 27001"),
    (Label::Names(Kind::CqcVoluntary), "自愿性产品,自愿性,自愿,cqc标志认证"),
    (Label::Names(Kind::ProductionLicence), "全国工业产品生产许可证,工业产品生产许可证,生产许可证,production licence,production license,qs"),
    (Label::Names(Kind::GreenFood), "绿色食品标志,绿色食品"),
    (Label::Names(Kind::GreenFoodPackage), "绿色食品企业信息码,企业信息码"),
    (Label::Names(Kind::CreditCode), "统一社会信用代码,社会信用代码,信用代码,纳税人识别号,税号,credit code,uscc|"),
    (Label::Names(Kind::Gtin),
        "商品条形码,商品条码,国际条码,条形码,条码,69码,barcode,bar code,gtin-14,gtin-13,gtin|,ean-13,ean13,ean|,upc-a,upc|"),
    (Label::Names(Kind::NotifiedBody), "公告机构编号,公告机构号,公告机构,notified body,nb|,ce|"),
    (Label::Names(Kind::CncaApproval), "认证机构批准号,机构批准号"),
    (Label::SelfDeclaration, "强制性认证产品符合性自我声明,符合性自我声明,自我声明,自声明,self-declaration,self declaration"),
];

/// Words that tell a digit run in running text is something else. Not stripped from a field: there they are unexpected.
const ELSEWHERE: &str = "订单,运单,快递,快递单,物流单,流水,电话,手机,热线,银行卡,卡,账,帐,账户,身份证,发票,微信,order,tracking,phone,tel,qq,imei";

/// How far back from a number its label is looked for, in characters.
pub(super) const LOOK_BACK: usize = 64;

/// The words, taken apart once for a text.
pub(super) struct Words {
    all: Vec<(Label, &'static str)>,
    elsewhere: Vec<&'static str>,
}

impl Words {
    pub(super) fn new() -> Self {
        let mut all = Vec::new();
        for (label, text) in &WORDS {
            for word in Parts::new(text, b',') {
                all.push((*label, word));
            }
        }
        Self { all, elsewhere: Parts::new(ELSEWHERE, b',').collect() }
    }

    /// The word with the greatest length; of several the last.
    fn longest(&self, length: &dyn Fn(&str) -> usize) -> Option<(usize, Label)> {
        let mut longest = None;
        for (label, word) in &self.all {
            let length = length(word);
            if length > 0 && longest.is_none_or(|(longest, _)| length >= longest) {
                longest = Some((length, *label));
            }
        }
        longest
    }
}

/// The label at the start of `text`, and where it and the dress around it end.
pub(super) fn at_start(text: &[char], words: &Words) -> (usize, Label) {
    let (mut start, mut label) = (0, Label::None);
    loop {
        let rest = text.get(start..).unwrap_or_default();
        if rest.first().is_some_and(|first| is_edge(*first)) {
            start += 1;
        } else if let Some((length, word)) = words.longest(&|word| prefix_length(rest, word)) {
            start += length;
            label = label.then(word);
        } else {
            return (start, label);
        }
    }
}

/// The characters with which words begin and end, sorted: most text is told from a label by one of them.
pub(super) struct Edges {
    first: Vec<char>,
    last: Vec<char>,
}

impl Edges {
    pub(super) fn new(words: &Words) -> Self {
        let all = || {
            let all = words.all.iter().map(|(_, word)| word).chain(&words.elsewhere);
            all.map(|word| word.strip_suffix('|').unwrap_or(word))
        };
        Self {
            first: distinct(all().filter_map(|word| word.chars().next())),
            last: distinct(all().filter_map(|word| word.chars().next_back())),
        }
    }

    /// Whether a label may begin with this character.
    pub(super) fn may_begin_with(&self, character: char) -> bool {
        self.first.binary_search(&character.to_ascii_lowercase()).is_ok()
    }

    fn may_end_with(&self, character: char) -> bool {
        self.last.binary_search(&character.to_ascii_lowercase()).is_ok()
    }
}

/// The label that ends at the end of `text`, in the last [`LOOK_BACK`] characters, tags of markup skipped.
pub(super) fn at_end(text: &[char], words: &Words, edges: &Edges) -> Label {
    let mut rest = text.get(text.len().saturating_sub(LOOK_BACK)..).unwrap_or_default();
    let mut label = Label::None;
    while let Some((last, before)) = rest.split_last() {
        if *last == '>' {
            let tag = before.iter().rposition(|character| *character == '<').unwrap_or(before.len());
            rest = before.get(..tag).unwrap_or_default();
        } else if is_edge(*last) || matches!(last, '=' | '*' | '`' | '{' | '}') {
            rest = before;
        } else if !edges.may_end_with(*last) {
            return label;
        } else if let Some((length, word)) = words.longest(&|word| suffix_length(rest, word)) {
            label = word.then(label);
            if !matches!(label, Label::None | Label::Neutral) {
                return label;
            }
            rest = rest.get(..rest.len() - length).unwrap_or_default();
        } else {
            let is_elsewhere = label == Label::None && words.elsewhere.iter().any(|word| suffix_length(rest, word) > 0);
            return if is_elsewhere { Label::Elsewhere } else { label };
        }
    }
    label
}

/// How many characters `word` takes at the start of `text`, or 0 if the text does not start with it.
fn prefix_length(text: &[char], word: &str) -> usize {
    let mut rest = text.iter();
    for expected in word.chars() {
        match rest.next() {
            Some(next) if expected == '|' => return if next.is_ascii_alphabetic() { 0 } else { word.len() - 1 },
            Some(next) if next.to_ascii_lowercase() == expected => {}
            None if expected == '|' => return word.len() - 1,
            _ => return 0,
        }
    }
    text.len() - rest.len()
}

/// How many characters `word` takes at the end of `text`, or 0. A Latin word is not looked for inside a longer one.
fn suffix_length(text: &[char], word: &str) -> usize {
    let word = word.strip_suffix('|').unwrap_or(word);
    let mut rest = text.iter();
    let fits =
        word.chars().rev().all(|expected| rest.next_back().is_some_and(|last| last.to_ascii_lowercase() == expected));
    let is_inside = word.starts_with(|first: char| first.is_ascii_alphanumeric())
        && rest.next_back().is_some_and(char::is_ascii_alphanumeric);
    if fits && !is_inside { word.chars().count() } else { 0 }
}
