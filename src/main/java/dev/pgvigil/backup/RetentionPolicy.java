package dev.pgvigil.backup;

import dev.pgvigil.backup.Repository.Retention;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.temporal.IsoFields;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Whether the restore points that a policy promises exist. Pure. */
final class RetentionPolicy {

    private RetentionPolicy() {}

    /**
     * The days, weeks and months that have no usable backup. The present one of each may still come, and nothing is missed before the oldest
     * backup of the repository.
     *
     * @param times of usable backups
     */
    static List<String> missing(Retention policy, List<Instant> times, ZoneId zone, Instant now) {
        List<LocalDate> days =
                times.stream().map(time -> time.atZone(zone).toLocalDate()).toList();
        LocalDate today = now.atZone(zone).toLocalDate();
        LocalDate oldest = days.stream().min(LocalDate::compareTo).orElse(today);
        List<String> missing = new ArrayList<>();
        Set<LocalDate> have = new HashSet<>(days);
        for (int i = 1; i <= policy.daily(); i++) {
            LocalDate day = today.minusDays(i);
            if (!day.isBefore(oldest) && !have.contains(day)) {
                missing.add("day " + day);
            }
        }
        Set<String> weeks = days.stream().map(RetentionPolicy::week).collect(Collectors.toSet());
        for (int i = 1; i <= policy.weekly(); i++) {
            LocalDate day = today.minusWeeks(i);
            if (!day.isBefore(oldest) && !weeks.contains(week(day))) {
                missing.add("week " + week(day));
            }
        }
        Set<YearMonth> months = days.stream().map(YearMonth::from).collect(Collectors.toSet());
        for (int i = 1; i <= policy.monthly(); i++) {
            YearMonth month = YearMonth.from(today).minusMonths(i);
            if (!month.isBefore(YearMonth.from(oldest)) && !months.contains(month)) {
                missing.add("month " + month);
            }
        }
        return missing;
    }

    private static String week(LocalDate day) {
        return day.get(IsoFields.WEEK_BASED_YEAR) + "-W" + "%02d".formatted(day.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
    }
}
