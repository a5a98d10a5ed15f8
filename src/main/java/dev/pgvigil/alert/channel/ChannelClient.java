package dev.pgvigil.alert.channel;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The way out of this process. Each attempt has a deadline; redirects are not followed; a host's addresses are checked, and the one
 * that was checked is the one that is connected to. Answers are read to 64 KiB.
 */
public final class ChannelClient implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(ChannelClient.class);
    private static final int BODY = 64 << 10;
    private static final Duration LONGEST_WAIT = Duration.ofHours(1);

    private final Vertx vertx;
    private final OutboundPolicy policy;
    private final Messages messages;
    private final HttpClient client;

    /** A request; what is secret in it is not shown. */
    record Call(HttpMethod method, URI uri, Map<String, String> headers, Buffer body) {

        static Call post(URI uri, Map<String, String> headers, Buffer body) {
            return new Call(HttpMethod.POST, uri, headers, body);
        }

        @Override
        public String toString() {
            return method + " " + uri.getHost();
        }
    }

    /**
     * An answer.
     *
     * @param retryAfter null: the receiver did not ask for a time
     */
    record Answer(int status, @Nullable Duration retryAfter, Buffer body) {

        boolean succeeded() {
            return status >= 200 && status < 300;
        }

        /** What this answer means for a notification, with this receipt. */
        Delivery delivery(Function<Buffer, @Nullable String> receipt) {
            if (succeeded()) {
                return new Delivery.Delivered(receipt.apply(body));
            }
            String reason = "the receiver answered with status " + status;
            boolean temporary = status == 408 || status == 420 || status == 425 || status == 429 || status >= 500;
            return temporary ? new Delivery.Failed(reason, retryAfter) : new Delivery.Refused(reason);
        }
    }

    public ChannelClient(Vertx vertx, OutboundPolicy policy, Messages messages) {
        this.vertx = vertx;
        this.policy = policy;
        this.messages = messages;
        this.client = vertx.createHttpClient(new HttpClientOptions()
                .setConnectTimeout((int) policy.timeout().toMillis())
                .setKeepAlive(false)
                .setMaxPoolSize(4)
                .setMaxWaitQueueSize(64)
                .setDecompressionSupported(false));
    }

    Messages messages() {
        return messages;
    }

    Vertx vertx() {
        return vertx;
    }

    OutboundPolicy policy() {
        return policy;
    }

    /** Makes a call whose answer alone says what it came to. */
    Uni<Delivery> deliver(Call call) {
        return bounded(ask(call).map(answer -> answer.delivery(_ -> null)));
    }

    /** Sends a heartbeat: one attempt, whatever comes of it. */
    public void heartbeat(URI url) {
        deliver(Call.post(url, Map.of(), Buffer.buffer())).subscribe().with(delivery -> {
            if (!(delivery instanceof Delivery.Delivered)) {
                LOG.warnf("the heartbeat to %s failed: %s", url.getHost(), delivery);
            }
        });
    }

    /** The deadline of one attempt, and a reason in place of each exception. */
    Uni<Delivery> bounded(Uni<Delivery> attempt) {
        return attempt.ifNoItem()
                .after(policy.timeout())
                .recoverWithItem(() -> new Delivery.Failed(
                        "no answer within " + policy.timeout().toMillis() + " ms", null))
                .onFailure()
                .recoverWithItem(failure -> failure instanceof ForbiddenAddress forbidden
                        ? new Delivery.Refused(String.valueOf(forbidden.getMessage()))
                        : new Delivery.Failed(reason(failure), null));
    }

    /** The class of what went wrong: messages may contain addresses with secrets. */
    private static String reason(Throwable failure) {
        return switch (failure) {
            case UnknownHostException _ -> "the host name does not resolve";
            case java.net.ConnectException _ -> "the connection was refused";
            default -> "the attempt failed: " + failure.getClass().getSimpleName();
        };
    }

    Uni<Answer> ask(Call call) {
        return Uni.createFrom()
                .completionStage(() -> checked(call.uri())
                        .compose(address -> client.request(options(call, address)))
                        .compose(request -> request.send(call.body()).compose(answer -> read(request, answer)))
                        .toCompletionStage());
    }

    /** Resolves the host and checks its addresses, away from the event loops. */
    Future<InetAddress> checked(URI uri) {
        var problem = policy.problem(uri);
        if (problem.isPresent()) {
            return Future.failedFuture(new ForbiddenAddress(problem.get()));
        }
        String host = uri.getHost();
        Callable<InetAddress> resolving = () -> policy.reachable(InetAddress.getAllByName(host))
                .orElseThrow(() -> new ForbiddenAddress(
                        "the host has a private address, and alerts.outbound.private-addresses is off"));
        return vertx.executeBlocking(resolving, false).map(address -> Objects.requireNonNull(address));
    }

    private RequestOptions options(Call call, InetAddress address) {
        URI uri = call.uri();
        boolean tls = "https".equals(uri.getScheme());
        int port = uri.getPort() < 0 ? tls ? 443 : 80 : uri.getPort();
        RequestOptions options = new RequestOptions()
                .setMethod(call.method())
                .setServer(SocketAddress.inetSocketAddress(port, address.getHostAddress()))
                .setHost(uri.getHost())
                .setPort(port)
                .setSsl(tls)
                .setFollowRedirects(false)
                .setTimeout(policy.timeout().toMillis())
                .setURI(path(uri));
        call.headers().forEach(options::addHeader);
        return options.addHeader("User-Agent", "pgvigil");
    }

    private static String path(URI uri) {
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    }

    private static Future<Answer> read(HttpClientRequest request, HttpClientResponse response) {
        Promise<Answer> read = Promise.promise();
        Buffer body = Buffer.buffer();
        Runnable end = () -> read.tryComplete(
                new Answer(response.statusCode(), retryAfter(response.getHeader("Retry-After")), body));
        response.exceptionHandler(read::tryFail);
        response.endHandler(_ -> end.run());
        response.handler(part -> {
            if (body.length() + part.length() > BODY) {
                end.run();
                request.reset();
            } else {
                body.appendBuffer(part);
            }
        });
        return read.future();
    }

    /** Seconds, or a date; null: neither. At most an hour, so that a receiver cannot silence itself for days by mistake. */
    static @Nullable Duration retryAfter(@Nullable String text) {
        if (text == null) {
            return null;
        }
        Duration wait;
        if (text.matches("[0-9]{1,9}")) {
            wait = Duration.ofSeconds(Long.parseLong(text));
        } else {
            try {
                wait = Duration.between(
                        Instant.now(),
                        ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                                .toInstant());
            } catch (DateTimeParseException e) {
                return null;
            }
        }
        return wait.isNegative() ? Duration.ZERO : wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
    }

    @Override
    public void close() {
        client.close();
    }

    /** An address that the policy forbids. */
    static final class ForbiddenAddress extends RuntimeException {

        private static final long serialVersionUID = 1;

        ForbiddenAddress(String reason) {
            super(reason, null, false, false);
        }
    }
}
