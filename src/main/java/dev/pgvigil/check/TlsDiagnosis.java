package dev.pgvigil.check;

import dev.pgvigil.target.Target;

/** Why a TLS connection to a server failed, and what to do about it. */
final class TlsDiagnosis {

    private TlsDiagnosis() {}

    static FailureDiagnosis noTls(Target target) {
        return tls(
                "The server, or a pooler or proxy before it, offers no TLS (ssl = off), and sslmode demands it.",
                "Set ssl = on and a certificate on the server and reload, or change sslmode of target " + target.name()
                        + " to prefer.");
    }

    static FailureDiagnosis expired() {
        return tls(
                "A certificate of the server's chain has expired.",
                "Renew it on the server, and reload; or correct the clock of pgvigil's host.");
    }

    static FailureDiagnosis notYetValid() {
        return tls(
                "A certificate of the server's chain is not valid yet.",
                "Correct the clock of pgvigil's host, or renew the certificate on the server, and reload.");
    }

    static FailureDiagnosis selfSigned() {
        return tls(
                "The server's certificate is self-signed, and is not among those that the target trusts.",
                "Put that certificate into the file of sslrootcert, after comparing its fingerprint, or renew it by a "
                        + "CA that is trusted.");
    }

    static FailureDiagnosis unknownAuthority() {
        return tls(
                "The certificate of the CA that signed the server's is not among those that the target trusts, or the "
                        + "server does not send the intermediate certificates between them.",
                "Put the CA's own root certificate into the file of sslrootcert, or correct which file it is; have the "
                        + "server send its whole chain (ssl_cert_file).");
    }

    static FailureDiagnosis otherName(Target target) {
        return tls(
                "The certificate is valid, and for other names than the host in the URL.",
                "Write one of the certificate's names as the host, or renew the server's certificate with "
                        + target.server().host()
                        + " as an alternative name. sslmode=verify-ca does not compare names.");
    }

    static FailureDiagnosis unsuitable() {
        return tls(
                "The certificate is not suitable: its usages do not include TLS servers, its algorithm is too "
                        + "weak, or its issuer may not sign certificates.",
                "Renew the server's certificate as one for TLS servers (serverAuth), signed with SHA-256 or better.");
    }

    static FailureDiagnosis incompatible() {
        return tls(
                "Client and server have no TLS version, cipher or key exchange in common. pgvigil speaks TLS 1.2 and "
                        + "1.3.",
                "Check ssl_min_protocol_version, ssl_max_protocol_version and ssl_ciphers of the server.");
    }

    static FailureDiagnosis clientRefused(Target target) {
        return tls(
                "The server does not accept the client certificate of target " + target.name() + ", or requires one.",
                "Set sslcert and sslkey to a certificate that the CA in the server's ssl_ca_file signed, and that has "
                        + "not expired. The server's log says which rule it breaks.");
    }

    static FailureDiagnosis failed() {
        return tls(
                "The TLS handshake failed, or the server aborted it.",
                "Look at the server's log at this time, and at what stands between, such as a proxy. Check sslmode and "
                        + "sslrootcert of the target, and until when the server's certificate is valid.");
    }

    private static FailureDiagnosis tls(String cause, String action) {
        return new FailureDiagnosis("tls", "TLS failed", cause, action);
    }
}
