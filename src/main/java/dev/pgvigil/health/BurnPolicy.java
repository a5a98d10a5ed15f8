package dev.pgvigil.health;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingLong;
import static java.util.stream.Collectors.toSet;

import dev.pgvigil.check.Status;
import dev.pgvigil.slo.TargetBurn;
import dev.pgvigil.slo.TargetBurn.Level;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which members of a group are taken away because their error budget burns. Pure.
 *
 * @param floor how many members must remain: no more are taken away, whatever burns
 */
record BurnPolicy(DownWhen downWhen, Quorum floor) {

    static final BurnPolicy STANDARD = new BurnPolicy(DownWhen.PAGE, new Quorum.Percent(50));

    /** The reason of a group for which budgets mean nothing. */
    static final String UNMEASURED = "no objective measures a member of this group";

    private static final int NAMED = 10;

    /** The rate at which a member is taken away. */
    enum DownWhen {
        PAGE,
        WARNING
    }

    /**
     * Takes members away that burn: the worst first, and of these the one that burns longest, so that the choice is the same from one
     * request to the next. Members that are down by their status count for the floor as gone.
     *
     * @param burns by target
     */
    List<Member> judge(List<Member> members, Map<String, TargetBurn> burns) {
        long up = members.stream().filter(Member::up).count();
        Set<String> taken = members.stream()
                .filter(Member::up)
                .map(Member::target)
                .filter(target -> isDown(burns.get(target)))
                .sorted(worstFirst(burns))
                .limit(Math.max(0, up - floor.of(members.size())))
                .collect(toSet());
        return members.stream()
                .map(member -> taken.contains(member.target())
                        ? new Member(
                                member.target(),
                                Status.DEGRADED,
                                false,
                                () -> text(Objects.requireNonNull(burns.get(member.target()))),
                                member.beat(),
                                member.age())
                        : member)
                .toList();
    }

    private boolean isDown(@Nullable TargetBurn burn) {
        return burn != null
                && switch (burn.level()) {
                    case OK -> false;
                    case WARNING -> downWhen == DownWhen.WARNING;
                    case PAGE -> true;
                };
    }

    private static Comparator<String> worstFirst(Map<String, TargetBurn> burns) {
        Comparator<TargetBurn> worst =
                comparing(TargetBurn::level).reversed().thenComparing(comparingLong(TargetBurn::since));
        return Comparator.<String, TargetBurn>comparing(target -> Objects.requireNonNull(burns.get(target)), worst)
                .thenComparing(Comparator.naturalOrder());
    }

    /**
     * Adds what was decided.
     *
     * @param members as they are by their status
     * @param judged the same, with those taken away
     */
    void report(List<Member> members, List<Member> judged, Map<String, TargetBurn> burns, Data data) {
        long taken = members.stream().filter(Member::up).count()
                - judged.stream().filter(Member::up).count();
        List<Member> burning = judged.stream()
                .filter(member -> isAt(burns, member, Level.PAGE))
                .toList();
        List<Member> warned = judged.stream()
                .filter(member -> isAt(burns, member, Level.WARNING))
                .toList();
        List<Member> kept = judged.stream()
                .filter(member -> member.up() && isDown(burns.get(member.target())))
                .toList();
        data.text("policy", "burn")
                .number("burning", burning.size())
                .number("warning", warned.size())
                .number("taken_away", taken)
                .number("floor", floor.of(members.size()))
                .number("kept_by_floor", kept.size())
                .number(
                        "without_objective",
                        members.stream()
                                .filter(member -> !burns.containsKey(member.target()))
                                .count());
        kept.stream()
                .limit(NAMED)
                .forEach(member ->
                        data.text("kept." + member.target(), text(Objects.requireNonNull(burns.get(member.target())))));
        warned.stream()
                .filter(member -> !kept.contains(member))
                .limit(NAMED)
                .forEach(member -> data.text(
                        "warning." + member.target(), text(Objects.requireNonNull(burns.get(member.target())))));
    }

    private static boolean isAt(Map<String, TargetBurn> burns, Member member, Level level) {
        TargetBurn burn = burns.get(member.target());
        return burn != null && burn.level() == level;
    }

    /** {@code page: availability}. */
    static String text(TargetBurn burn) {
        return burn.level().name().toLowerCase(Locale.ROOT) + ": " + burn.objective();
    }
}
