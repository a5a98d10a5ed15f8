package dev.pgvigil.status;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.StringWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** The incidents of all components as JSON Feed 1.1 and as Atom. Pure. */
final class StatusFeeds {

    private static final int MOST = 50;
    private static final String ATOM = "http://www.w3.org/2005/Atom";

    private StatusFeeds() {}

    /** An incident as an entry of a feed. */
    private record Entry(String id, String title, String text, Instant begin, Instant updated) {

        static Entry of(StatusMonitor.Line line, ComponentHistory.Incident incident) {
            Instant end = incident.end();
            String name = line.component().name();
            return new Entry(
                    "urn:pgvigil:incident:" + line.component().id() + ":"
                            + incident.begin().getEpochSecond(),
                    name + (end == null ? " does not work" : " works again"),
                    name + " has not worked since " + incident.begin()
                            + (end == null ? "." : "; it has worked again since " + end + "."),
                    incident.begin(),
                    end == null ? incident.begin() : end);
        }
    }

    private static List<Entry> entries(StatusMonitor.Report report) {
        List<Entry> all = new ArrayList<>();
        report.components().forEach(line -> line.incidents().forEach(one -> all.add(Entry.of(line, one))));
        return all.stream()
                .sorted(Comparator.comparing(Entry::updated).reversed())
                .limit(MOST)
                .toList();
    }

    static String json(StatusPage page, StatusMonitor.Report report) {
        JsonArray items = new JsonArray();
        entries(report)
                .forEach(entry -> items.add(new JsonObject()
                        .put("id", entry.id())
                        .put("title", entry.title())
                        .put("content_text", entry.text())
                        .put("date_published", entry.begin().toString())
                        .put("date_modified", entry.updated().toString())));
        return new JsonObject()
                .put("version", "https://jsonfeed.org/version/1.1")
                .put("title", page.title())
                .put("home_page_url", address(page, "/status"))
                .put("feed_url", address(page, "/status.json"))
                .put("items", items)
                .encode();
    }

    static String atom(StatusPage page, StatusMonitor.Report report) {
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeStartElement("feed");
            xml.writeDefaultNamespace(ATOM);
            element(xml, "id", address(page, "/status"));
            element(xml, "title", page.title());
            List<Entry> entries = entries(report);
            element(
                    xml,
                    "updated",
                    (entries.isEmpty() ? Instant.EPOCH : entries.getFirst().updated()).toString());
            link(xml, "self", address(page, "/status.atom"));
            link(xml, "alternate", address(page, "/status"));
            xml.writeStartElement("author");
            element(xml, "name", page.title());
            xml.writeEndElement();
            for (Entry entry : entries) {
                xml.writeStartElement("entry");
                element(xml, "id", entry.id());
                element(xml, "title", entry.title());
                element(xml, "published", entry.begin().toString());
                element(xml, "updated", entry.updated().toString());
                element(xml, "content", entry.text());
                xml.writeEndElement();
            }
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException(e);
        }
        return text.toString();
    }

    private static void element(XMLStreamWriter xml, String name, String text) throws XMLStreamException {
        xml.writeStartElement(name);
        xml.writeCharacters(text);
        xml.writeEndElement();
    }

    private static void link(XMLStreamWriter xml, String relation, String address) throws XMLStreamException {
        xml.writeStartElement("link");
        xml.writeAttribute("rel", relation);
        xml.writeAttribute("href", address);
        xml.writeEndElement();
    }

    private static String address(StatusPage page, String path) {
        return (page.url() == null ? "" : page.url()) + path;
    }
}
