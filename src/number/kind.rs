//! What a number can be. Names in words, grammars in words and their sources are rows of `data/number-kinds.csv`.

use crate::json::{ToJson, json_serialize, quoted};
use alloc::string::String;

/// What a number is. Its text form, in JSON too, is the machine name, such as `organic_code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A third-party CCC certificate number (CCC证书编号).
    Ccc,
    /// The code of a factory under CCC follow-up (工厂编号).
    FactoryCode,
    /// The number of a vehicle's certificate of conformity (车辆一致性证书编号).
    VehicleConformity,
    /// The code on a fire product's identity label (消防产品身份标识).
    FireIdentity,
    /// An organic product certificate (有机产品认证证书编号).
    OrganicCertificate,
    /// The code on an organic product's package (有机码).
    OrganicCode,
    /// A food or farm certificate: FSMS, HACCP, GAP.
    FoodAgriculture,
    /// A management-system certificate: quality, environment, safety at work, information security.
    ManagementSystem,
    /// A voluntary product certificate, of CQC or another body.
    CqcVoluntary,
    /// A licence to produce (全国工业产品生产许可证编号).
    ProductionLicence,
    /// A green-food product number (绿色食品产品编号).
    GreenFood,
    /// The producer's code on green-food packages (绿色食品企业信息码).
    GreenFoodPackage,
    /// An organisation's credit code (统一社会信用代码).
    CreditCode,
    /// A trade item's bar code (商品条码).
    Gtin,
    /// The four digits of a notified body beside a CE mark (公告机构号).
    NotifiedBody,
    /// A certification body's approval number (认证机构批准号).
    CncaApproval,
    /// Fits no grammar known here; that alone does not make it false.
    Unknown,
}

/// Every kind and its machine name, in the order of [`Kind`].
pub const ALL_KINDS: [(Kind, &str); 17] = [
    (Kind::Ccc, "ccc"),
    (Kind::FactoryCode, "factory_code"),
    (Kind::VehicleConformity, "vehicle_conformity"),
    (Kind::FireIdentity, "fire_identity"),
    (Kind::OrganicCertificate, "organic_certificate"),
    (Kind::OrganicCode, "organic_code"),
    (Kind::FoodAgriculture, "food_agriculture"),
    (Kind::ManagementSystem, "management_system"),
    (Kind::CqcVoluntary, "cqc_voluntary"),
    (Kind::ProductionLicence, "production_licence"),
    (Kind::GreenFood, "green_food"),
    (Kind::GreenFoodPackage, "green_food_package"),
    (Kind::CreditCode, "credit_code"),
    (Kind::Gtin, "gtin"),
    (Kind::NotifiedBody, "notified_body"),
    (Kind::CncaApproval, "cnca_approval"),
    (Kind::Unknown, "unknown"),
];

impl Kind {
    /// The machine name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        ALL_KINDS.iter().find(|(kind, _)| *kind == self).map_or("unknown", |(_, name)| *name)
    }
}

impl ToJson for Kind {
    fn put_json(&self, out: &mut String) {
        quoted(self.as_str(), out);
    }
}

json_serialize!(Kind);
