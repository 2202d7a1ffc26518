//! Text in the form in which it is compared.

use cccheck::narrow_lower;

#[test]
fn lower_case_is_that_of_unicode_in_latin_greek_and_cyrillic() {
    let own = |character: char| matches!(character, '\0'..='\u{17f}' | 'Ơ' | 'Ư' | '\u{218}'..='\u{21b}' | '\u{1ea0}'..='\u{1eff}' | '\u{391}'..='\u{3ab}' | '\u{400}'..='\u{481}' | '\u{48a}'..='\u{4bf}' | '\u{4d0}'..='\u{52f}' | '\u{1e00}'..='\u{1e95}');
    for character in '\0'..=char::MAX {
        let expected = match character {
            '\u{ff01}'..='\u{ff5e}' | '\u{3000}' => continue,
            // Two characters in Unicode's lower case.
            'İ' => "İ".to_owned(),
            _ if own(character) => character.to_lowercase().collect(),
            _ => character.to_string(),
        };
        assert_eq!(narrow_lower(&character.to_string()), expected);
    }
    assert_eq!(narrow_lower("ＡＢＣ　Ｇｍｂｈ"), "abc gmbh");
}
