package dev.pgvigil.alert.channel;

import dev.pgvigil.config.Node;
import dev.pgvigil.config.Secret;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.ext.mail.LoginOption;
import io.vertx.ext.mail.MailClient;
import io.vertx.ext.mail.MailConfig;
import io.vertx.ext.mail.MailMessage;
import io.vertx.ext.mail.SMTPException;
import io.vertx.ext.mail.StartTLSOptions;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Mail with text and HTML. Mails about a group have the same thread. */
record Email(
        String host,
        int port,
        Tls tls,
        @Nullable String user,
        @Nullable Secret password,
        String from,
        List<String> to) implements Channel {

    private static final int SUBJECT = 200;

    /** How the connection to the mail server is encrypted. */
    enum Tls {
        /** From the beginning. */
        TLS,
        /** After the greeting; without it nothing is sent. */
        STARTTLS,
        NONE
    }

    static @Nullable Channel read(Node node) {
        String host = Channels.text(node, "host", "smtp.example.com", "Mail server");
        Tls tls = node.doc("Encryption of the connection").choice("tls", Tls.class, Tls.STARTTLS);
        int port = node.doc("Port of the mail server").integer("port", 587, 1, 65_535);
        String user = node.doc("User at the mail server; without one there is no login")
                .string("user");
        String password = node.secret("Password of the user").string("password");
        String from = Channels.text(node, "from", "pgvigil@example.com", "Address that sends");
        Node addresses = node.doc("Addresses that receive").required("to", "ops@example.com");
        List<String> to = addresses.items().stream()
                .map(Node::text)
                .filter(Objects::nonNull)
                .toList();
        for (String address : to) {
            if (!address.matches("[^\\s@]+@[^\\s@]+")) {
                addresses.problem("must be mail addresses, not " + node.shown(address));
                return null;
            }
        }
        if (host != null && !host.matches("[A-Za-z0-9.:\\[\\]-]+")) {
            node.child("host").problem("must be a host name or address");
            return null;
        }
        return host == null || from == null || to.isEmpty()
                ? null
                : new Email(host, port, tls, user, password == null ? null : new Secret(password), from, to);
    }

    @Override
    public List<URI> addresses() {
        return List.of(address());
    }

    private URI address() {
        return URI.create("smtp://" + host + ":" + port);
    }

    @Override
    public Uni<Delivery> send(Notification notification, ChannelClient client) {
        MailMessage mail = new MailMessage()
                .setFrom(from)
                .setTo(to)
                .setSubject(Text.cut(Text.line(client.messages().subject(notification)), SUBJECT))
                .setText(client.messages().text(notification))
                .setHtml(client.messages().html(notification));
        mail.addHeader("Auto-Submitted", "auto-generated");
        mail.addHeader("References", "<" + notification.key() + "@pgvigil>");
        mail.addHeader("X-Pgvigil-Notification", notification.id());
        return client.bounded(Uni.createFrom()
                .<Delivery>completionStage(() -> client.checked(address())
                        .compose(_ -> sent(mail, client))
                        .toCompletionStage()));
    }

    private Future<Delivery> sent(MailMessage mail, ChannelClient client) {
        MailClient smtp = MailClient.create(client.vertx(), config());
        return smtp.sendMail(mail)
                .<Delivery>map(result -> new Delivery.Delivered(result.getMessageID()))
                .recover(failure -> failure instanceof SMTPException refused && refused.isPermanent()
                        ? Future.succeededFuture(
                                new Delivery.Refused("the mail server answered with code " + refused.getReplyCode()))
                        : Future.failedFuture(failure))
                .onComplete(_ -> smtp.close());
    }

    private MailConfig config() {
        MailConfig config = new MailConfig(host, port)
                .setSsl(tls == Tls.TLS)
                .setStarttls(
                        switch (tls) {
                            case TLS, NONE -> StartTLSOptions.DISABLED;
                            case STARTTLS -> StartTLSOptions.REQUIRED;
                        })
                .setLogin(user == null ? LoginOption.DISABLED : LoginOption.REQUIRED)
                .setKeepAlive(false)
                .setMaxPoolSize(1);
        return user == null || password == null
                ? config
                : config.setUsername(user).setPassword(password.value());
    }
}
