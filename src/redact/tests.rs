use super::*;

#[test]
fn a_text_without_patient_data_stays() {
    let masker = Masker::new(PseudonymKey::from_bytes([1; 32]), &[]).unwrap();
    assert_eq!(masker.mask("Connection refused", None), "Connection refused");
}
