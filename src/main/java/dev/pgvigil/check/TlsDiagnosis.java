package dev.pgvigil.check;

import dev.pgvigil.target.Target;

/** Why a TLS connection to a server failed, and what to do about it. */
final class TlsDiagnosis {

    private TlsDiagnosis() {}

    static FailureDiagnosis noTls(Target target) {
        return tls(
                "The server, or a pooler or proxy in front of it, offers no TLS (ssl = off), and sslmode requires it.",
                "Set ssl = on and a certificate on the server and reload it, or change sslmode of target "
                        + target.name() + " to prefer.");
    }

    static FailureDiagnosis expired() {
        return tls(
                "A certificate in the server's chain has expired.",
                "Renew it on the server and reload, or correct the clock of pgvigil's host.");
    }

    static FailureDiagnosis notYetValid() {
        return tls(
                "A certificate in the server's chain is not valid yet.",
                "Correct the clock of pgvigil's host, or renew the certificate on the server and reload.");
    }

    static FailureDiagnosis selfSigned() {
        return tls(
                "The server's certificate is self-signed, and the target does not trust it.",
                "Compare the certificate's fingerprint and add it to the sslrootcert file, or use a certificate "
                        + "signed by a trusted CA.");
    }

    static FailureDiagnosis unknownAuthority() {
        return tls(
                "The target does not trust the CA that signed the server's certificate, or the server does not send "
                        + "the intermediate certificates.",
                "Add the CA's root certificate to the sslrootcert file, or correct the file's path. Make the server "
                        + "send its whole chain (ssl_cert_file).");
    }

    static FailureDiagnosis otherName(Target target) {
        return tls(
                "The certificate is valid, but not for the host in the URL.",
                "Use one of the certificate's names as the host, or renew the certificate with "
                        + target.server().host()
                        + " as an alternative name. sslmode=verify-ca does not compare names.");
    }

    static FailureDiagnosis unsuitable() {
        return tls(
                "The certificate is not usable for a TLS server: its key usage excludes that, its algorithm is too "
                        + "weak, or its issuer is not a CA.",
                "Use a certificate with the usage serverAuth, signed by a CA with SHA-256 or better.");
    }

    static FailureDiagnosis incompatible() {
        return tls(
                "pgvigil and the server have no TLS version, cipher or key exchange in common. pgvigil supports TLS "
                        + "1.2 and 1.3.",
                "Check ssl_min_protocol_version, ssl_max_protocol_version and ssl_ciphers of the server.");
    }

    static FailureDiagnosis clientRefused(Target target) {
        return tls(
                "The server does not accept the client certificate of target " + target.name() + ", or requires one.",
                "Set sslcert and sslkey to a valid certificate signed by a CA in the server's ssl_ca_file. The "
                        + "server's log says why the certificate was rejected.");
    }

    static FailureDiagnosis failed() {
        return tls(
                "The TLS handshake failed, or the server aborted it.",
                "Check the server's log at this time, any proxy in front of it, sslmode and sslrootcert of the "
                        + "target, and the dates of the server's certificate.");
    }

    private static FailureDiagnosis tls(String cause, String action) {
        return new FailureDiagnosis("tls", "TLS failed", cause, action);
    }
}
