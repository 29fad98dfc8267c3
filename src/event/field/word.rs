//! Values that are one of a few words, as the RFCs write them.

/// An enumeration whose variants are words: written, read and serialised as such.
macro_rules! words {
    ($(#[$about:meta])* $name:ident, $field:literal { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// As the RFC writes it.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }

            /// Reads the word, in any case of letters.
            pub fn parse(word: &str) -> Result<$name, crate::event::FieldError> {
                let known = [$($name::$variant),+].into_iter().find(|it| word.trim().eq_ignore_ascii_case(it.as_str()));
                known.ok_or_else(|| crate::event::FieldError::new($field, crate::event::FieldFault::Word {
                    value: crate::event::field::shown(word),
                    words: &[$($word),+],
                }))
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                use utoipa::openapi::schema::{ObjectBuilder, Type};
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some([$($word),+])).into()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

pub(in crate::event) use words;
