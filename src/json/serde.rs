//! For who builds on serde: what has JSON here has the same there, from the same tables of fields.

/// `Serialize` for a type that is written as JSON.
#[cfg(feature = "serde")]
macro_rules! json_serialize {
    ($type:ty) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let written = $crate::json::write(self);
                serde::Serialize::serialize(
                    &$crate::json::parse(&written).map_err(serde::ser::Error::custom)?,
                    serializer,
                )
            }
        }
    };
}

/// `Deserialize` for a type that is read from JSON.
#[cfg(feature = "serde")]
macro_rules! json_deserialize {
    ($type:ty) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = <$crate::json::Value as serde::Deserialize>::deserialize(deserializer)?;
                $crate::json::FromJson::take_json(&value).map_err(serde::de::Error::custom)
            }
        }
    };
}

#[cfg(not(feature = "serde"))]
macro_rules! json_serialize {
    ($type:ty) => {};
}

#[cfg(not(feature = "serde"))]
macro_rules! json_deserialize {
    ($type:ty) => {};
}

pub(crate) use {json_deserialize, json_serialize};

#[cfg(feature = "serde")]
mod of_values {
    use crate::json::Value;
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;
    use core::fmt;
    use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
    use serde::ser::{Error, Serialize, Serializer};

    impl Serialize for Value {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self {
                Self::Null => serializer.serialize_unit(),
                Self::Bool(flag) => serializer.serialize_bool(*flag),
                Self::Number(number) => match (number.parse(), number.parse()) {
                    (Ok(whole), _) => serializer.serialize_u64(whole),
                    (_, Ok(whole)) => serializer.serialize_i64(whole),
                    _ => Err(S::Error::custom("a fraction")),
                },
                Self::Text(text) => serializer.serialize_str(text),
                Self::List(values) => serializer.collect_seq(values),
                Self::Object(entries) => serializer.collect_map(entries.iter().map(|(name, value)| (name, value))),
            }
        }
    }

    impl<'de> Deserialize<'de> for Value {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_any(Tree)
        }
    }

    struct Tree;

    impl<'de> Visitor<'de> for Tree {
        type Value = Value;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("JSON")
        }

        fn visit_unit<E>(self) -> Result<Value, E> {
            Ok(Value::Null)
        }

        fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
            Ok(Value::Bool(flag))
        }

        fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
            Ok(Value::Number(number.to_string()))
        }

        fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
            Ok(Value::Number(number.to_string()))
        }

        fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
            Ok(Value::Number(alloc::format!("{number:?}")))
        }

        fn visit_str<E>(self, text: &str) -> Result<Value, E> {
            Ok(Value::Text(text.into()))
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
            let mut values = Vec::new();
            while let Some(value) = list.next_element()? {
                values.push(value);
            }
            Ok(Value::List(values))
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
            let mut entries = Vec::<(String, Value)>::new();
            while let Some(entry) = map.next_entry()? {
                entries.push(entry);
            }
            Ok(Value::Object(entries))
        }
    }
}
