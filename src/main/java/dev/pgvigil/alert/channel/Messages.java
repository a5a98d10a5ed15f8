package dev.pgvigil.alert.channel;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pgvigil.config.Node;
import io.quarkus.qute.Engine;
import io.quarkus.qute.HtmlEscaper;
import io.quarkus.qute.ReflectionValueResolver;
import io.quarkus.qute.Template;
import io.quarkus.qute.TemplateException;
import io.quarkus.qute.Variant;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The texts of notifications, made by templates of Qute that the configuration may replace. A template that fails at a notification is
 * logged, and the product's own text is sent.
 */
public final class Messages {

    private static final Logger LOG = Logger.getLogger(Messages.class);
    private static final int LONGEST = 200_000;
    private static final Engine ENGINE = Engine.builder()
            .addDefaults()
            .addValueResolver(new ReflectionValueResolver())
            .addResultMapper(new HtmlEscaper(List.of(Variant.TEXT_HTML)))
            .timeout(5000)
            .build();

    private static final Map<Kind, Template> STANDARD = Map.of(
            Kind.SUBJECT, own(Kind.SUBJECT, "subject.txt"),
            Kind.TEXT, own(Kind.TEXT, "message.txt"),
            Kind.HTML, own(Kind.HTML, "message.html"));

    private enum Kind {
        SUBJECT,
        TEXT,
        HTML
    }

    private final Map<Kind, Template> replaced;

    private Messages(Map<Kind, Template> replaced) {
        this.replaced = Map.copyOf(replaced);
    }

    /** The product's own texts. */
    public static Messages standard() {
        return new Messages(Map.of());
    }

    /** Reads the templates; one that cannot be parsed, or fails with a sample notification, is an error. */
    public static Messages read(Node node) {
        Map<Kind, Template> replaced = new EnumMap<>(Kind.class);
        replace(replaced, Kind.SUBJECT, node.doc("Template of subjects, titles and text messages"), "subject");
        replace(replaced, Kind.TEXT, node.doc("Template of the text of mails"), "text");
        replace(replaced, Kind.HTML, node.doc("Template of the HTML of mails"), "html");
        return new Messages(replaced);
    }

    private static void replace(Map<Kind, Template> replaced, Kind kind, Node node, String key) {
        String file = node.string(key);
        if (file == null) {
            return;
        }
        Node place = node.child(key);
        String text = place.content(file);
        if (text == null) {
            return;
        }
        try {
            Template template = parse(kind, text);
            render(template, Sample.notification("sample", Instant.EPOCH));
            replaced.put(kind, template);
        } catch (TemplateException e) {
            place.problem("is not a template: " + Text.cut(Text.line(String.valueOf(e.getMessage())), 300));
        }
    }

    String subject(Notification notification) {
        return Text.line(make(Kind.SUBJECT, notification));
    }

    String text(Notification notification) {
        return make(Kind.TEXT, notification);
    }

    String html(Notification notification) {
        return make(Kind.HTML, notification);
    }

    private String make(Kind kind, Notification notification) {
        @Nullable Template own = replaced.get(kind);
        if (own != null) {
            try {
                return render(own, notification);
            } catch (TemplateException e) {
                LOG.errorf("the template %s failed, the standard text is sent: %s", kind, e.getMessage());
            }
        }
        return render(Objects.requireNonNull(STANDARD.get(kind)), notification);
    }

    private static Template own(Kind kind, String resource) {
        try (InputStream in = Messages.class.getResourceAsStream("/notifications/" + resource)) {
            return parse(kind, new String(Objects.requireNonNull(in).readAllBytes(), UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Template parse(Kind kind, String text) {
        return ENGINE.parse(text, Variant.forContentType(kind == Kind.HTML ? Variant.TEXT_HTML : Variant.TEXT_PLAIN));
    }

    private static String render(Template template, Notification notification) {
        return Text.cut(
                template.data("notification", notification)
                        .data("severity", Json.lower(notification.severity()))
                        .render(),
                LONGEST);
    }
}
