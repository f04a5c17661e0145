//! The invented patients. No name, number, street or mail address here belongs to anybody.
//!
//! Telephone numbers are of the range 555-01xx, which is kept for fiction; social security
//! numbers begin with 9 and have a second group that was never issued.

mod table;

/// An invented patient: every identifier that the samples may quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patient {
    /// Family name.
    pub family: &'static str,
    /// Given name.
    pub given: &'static str,
    /// Number in the hospital's index.
    pub mrn: &'static str,
    /// Date of birth as HL7 writes it, `YYYYMMDD`.
    pub born: &'static str,
    /// `F` or `M`.
    pub sex: &'static str,
    /// Area code of the telephone number.
    pub area: &'static str,
    /// The rest of the telephone number.
    pub phone: &'static str,
    /// Social security number.
    pub ssn: &'static str,
    /// Street and number.
    pub street: &'static str,
    /// Town.
    pub city: &'static str,
    /// Account number.
    pub account: &'static str,
    /// Mail address.
    pub email: &'static str,
}

impl Patient {
    /// Returns what must never be seen unmasked, in every spelling that the samples use.
    #[must_use]
    pub fn identifiers(&self) -> Vec<String> {
        let plain = [
            self.family,
            self.given,
            self.mrn,
            self.born,
            self.phone,
            self.ssn,
            self.street,
            self.account,
            self.email,
        ];
        let mut all: Vec<String> = plain.into_iter().map(str::to_owned).collect();
        all.push(self.family.to_uppercase());
        all.push(self.given.to_uppercase());
        all.push(self.born_with_dashes());
        all.push(self.born_as_in_us());
        all
    }

    /// Returns the date of birth as `YYYY-MM-DD`.
    #[must_use]
    pub fn born_with_dashes(&self) -> String {
        let [year, month, day] = self.born_parts();
        format!("{year}-{month}-{day}")
    }

    /// Returns the date of birth as `MM/DD/YYYY`.
    #[must_use]
    pub fn born_as_in_us(&self) -> String {
        let [year, month, day] = self.born_parts();
        format!("{month}/{day}/{year}")
    }

    fn born_parts(&self) -> [&'static str; 3] {
        let (year, rest) = self.born.split_at_checked(4).unwrap_or((self.born, ""));
        let (month, day) = rest.split_at_checked(2).unwrap_or((rest, ""));
        [year, month, day]
    }
}

/// Returns the invented patients that the samples are about.
#[must_use]
pub fn patients() -> &'static [Patient] {
    &table::PATIENTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_spelled_in_three_ways() {
        let patient = patients()[0];
        assert_eq!(patient.born_with_dashes().replace('-', ""), patient.born);
        let us = patient.born_as_in_us();
        assert!(patient.born.starts_with(us.rsplit('/').next().unwrap()), "{us}");
    }

    #[test]
    fn no_identifier_is_shared_by_two_patients() {
        let mut all: Vec<_> = patients().iter().flat_map(Patient::identifiers).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn no_number_can_belong_to_anybody() {
        for patient in patients() {
            assert!(patient.phone.starts_with("555-01"), "{}", patient.phone);
            let group: u8 = patient.ssn.split('-').nth(1).unwrap().parse().unwrap();
            assert!(patient.ssn.starts_with('9') && group < 50, "{}", patient.ssn);
        }
    }
}
