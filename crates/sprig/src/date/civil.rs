//! The proleptic Gregorian calendar, for any year.

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Date {
    pub(crate) year: i64,
    /// From 1.
    pub(crate) month: u8,
    /// From 1.
    pub(crate) day: u8,
}

/// Days in 400 years.
const DAYS_PER_ERA: i64 = 146_097;

/// Days from 0000-03-01 to 1970-01-01.
const EPOCH: i64 = 719_468;

impl Date {
    /// The day that is so many days after 1970-01-01.
    ///
    /// Years are counted from March, so that the leap day is the last of its year.
    pub(crate) fn from_days(days: i64) -> Self {
        let days = days.wrapping_add(EPOCH);
        let (era, day_of_era) = (days.div_euclid(DAYS_PER_ERA), days.rem_euclid(DAYS_PER_ERA));
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 {
            month_from_march + 3
        } else {
            month_from_march - 9
        };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self {
            year,
            month: u8::try_from(month).unwrap_or(1),
            day: u8::try_from(day).unwrap_or(1),
        }
    }

    /// Days since 1970-01-01 of the first of a month; any month number will do, the 13th is January of the next year.
    pub(crate) fn days_to_month(year: i64, month: i64) -> i64 {
        let months = month.wrapping_sub(1);
        let year = year.wrapping_add(months.div_euclid(12));
        let month = months.rem_euclid(12) + 1;
        let year_from_march = year.wrapping_sub(i64::from(month <= 2));
        let (era, year_of_era) = (year_from_march.div_euclid(400), year_from_march.rem_euclid(400));
        let month_from_march = (month + 9) % 12;
        let day_of_year = (153 * month_from_march + 2) / 5;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era.wrapping_mul(DAYS_PER_ERA)
            .wrapping_add(day_of_era)
            .wrapping_sub(EPOCH)
    }

    /// The day of the year, from 1.
    pub(crate) fn day_of_year(self) -> i64 {
        let month = Self::days_to_month(self.year, self.month.into());
        month - Self::days_to_month(self.year, 1) + i64::from(self.day)
    }
}

/// Whether a year has a leap day.
pub(crate) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// How many days a month (from 1) has.
pub(crate) fn days_in(year: i64, month: i64) -> i64 {
    Date::days_to_month(year, month + 1) - Date::days_to_month(year, month)
}

/// The day of the week, from 0 for Sunday, of the day so many days after 1970-01-01, which was a Thursday.
pub(crate) fn weekday(days: i64) -> i64 {
    (days.rem_euclid(7) + 4) % 7
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_go_back_and_forth() {
        let mut days = -400 * 366 * 12;
        while days < 400 * 366 * 12 {
            let date = Date::from_days(days);
            let month = Date::days_to_month(date.year, date.month.into());
            assert_eq!(month + i64::from(date.day) - 1, days);
            assert!(i64::from(date.day) <= days_in(date.year, date.month.into()));
            days += 17;
        }
    }

    #[test]
    fn known_days_are_right() {
        assert_eq!(
            Date::from_days(0),
            Date {
                year: 1970,
                month: 1,
                day: 1
            }
        );
        assert_eq!(
            Date::from_days(-719_162),
            Date {
                year: 1,
                month: 1,
                day: 1
            }
        );
        assert_eq!(
            Date::from_days(11_016),
            Date {
                year: 2000,
                month: 2,
                day: 29
            }
        );
        assert_eq!(
            Date {
                year: 2000,
                month: 12,
                day: 31
            }
            .day_of_year(),
            366
        );
        assert_eq!((weekday(0), weekday(-1), weekday(3)), (4, 3, 0));
        assert!(is_leap(2000) && is_leap(2024) && !is_leap(1900));
    }
}
