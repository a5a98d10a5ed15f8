package dev.pgvigil.postgres;

import io.netty.util.NetUtil;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/**
 * The names that a certificate is for, by the rules of libpq 15 and newer: alternative names of type DNS are compared with the
 * host as given, those of type IP with an address. The common name counts only if no alternative name has the host's type.
 *
 * @param addresses in Java's notation
 */
record CertificateNames(
        List<String> dns, List<String> addresses, @Nullable String commonName) {

    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;
    private static final int MOST_SHOWN = 5;

    static CertificateNames of(X509Certificate certificate) throws CertificateParsingException {
        List<String> dns = new ArrayList<>();
        List<String> addresses = new ArrayList<>();
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        for (List<?> name : names == null ? List.<List<?>>of() : names) {
            if (name.get(0) instanceof Integer type && name.get(1) instanceof String value) {
                switch (type) {
                    case DNS_NAME -> dns.add(value);
                    case IP_ADDRESS -> addresses.add(value);
                    default -> {
                        // email addresses, URIs and others do not name hosts
                    }
                }
            }
        }
        return new CertificateNames(
                dns, addresses, commonName(certificate.getSubjectX500Principal().getName()));
    }

    /** The first in the order of the certificate, which is the last in the text. */
    private static @Nullable String commonName(String subject) {
        try {
            return new LdapName(subject)
                    .getRdns().stream()
                            .filter(part -> part.getType().equalsIgnoreCase("CN"))
                            .map(Rdn::getValue)
                            .filter(String.class::isInstance)
                            .map(String.class::cast)
                            .findFirst()
                            .orElse(null);
        } catch (InvalidNameException e) {
            return null;
        }
    }

    boolean include(String host) {
        byte @Nullable [] address = NetUtil.createByteArrayFromIpAddressString(host);
        boolean byAlternative = dns.stream().anyMatch(name -> matches(name, host))
                || (address != null
                        && addresses.stream()
                                .map(NetUtil::createByteArrayFromIpAddressString)
                                .anyMatch(other -> Arrays.equals(other, address)));
        boolean commonNameCounts = (address == null ? dns : addresses).isEmpty();
        return byAlternative || (commonNameCounts && commonName != null && matches(commonName, host));
    }

    /** Equal, or a wildcard for exactly the leftmost label. */
    private static boolean matches(String pattern, String host) {
        String name = pattern.toLowerCase(Locale.ROOT);
        String wantedName = host.toLowerCase(Locale.ROOT);
        if (name.equals(wantedName)) {
            return true;
        }
        int dot = wantedName.indexOf('.');
        return name.startsWith("*.")
                && name.length() > 2
                && dot > 0
                && wantedName.substring(dot).equals(name.substring(1));
    }

    /** The names as listed in a message. */
    @Override
    public String toString() {
        List<String> all = Stream.concat(dns.stream(), addresses.stream()).toList();
        if (all.isEmpty()) {
            return commonName == null ? "no name" : commonName;
        }
        return all.stream().limit(MOST_SHOWN).collect(Collectors.joining(", "))
                + (all.size() > MOST_SHOWN ? " and " + (all.size() - MOST_SHOWN) + " others" : "");
    }
}
