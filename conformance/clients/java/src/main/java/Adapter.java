// SPDX-License-Identifier: Apache-2.0

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.FileDescriptor;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The loop of the Java adapters; the first argument names the client. */
public class Adapter {
    static final String ENDPOINT = System.getenv("ENDPOINT");
    static final String ACCESS_KEY = System.getenv("ACCESS_KEY");
    static final String SECRET_KEY = System.getenv("SECRET_KEY");
    static final String REGION = System.getenv("REGION");

    /** The client has no such call. */
    static class Unsupported extends RuntimeException {
        Unsupported(String why) {
            super(why);
        }
    }

    /** A request, with short ways to its fields. */
    record Request(JsonNode json) {
        String text(String name) {
            return json.path(name).asText("");
        }

        long number(String name) {
            return json.path(name).asLong();
        }

        String bucket() {
            return text("bucket");
        }

        String key() {
            return text("key");
        }

        Path file() {
            return Path.of(text("file"));
        }

        String range() {
            return text("op").equals("range")
                    ? "bytes=" + number("first") + "-" + number("last") : null;
        }

        Map<String, String> meta() {
            Map<String, String> all = new HashMap<>();
            json.path("meta").fields().forEachRemaining(e -> all.put(e.getKey(), e.getValue().asText()));
            return all;
        }

        List<String> keys() {
            List<String> all = new ArrayList<>();
            json.path("keys").forEach(k -> all.add(k.asText()));
            return all;
        }

        Map<String, Object> save(byte[] data) throws Exception {
            Files.write(file(), data);
            return Map.of();
        }
    }

    /** Where a link leads, and the headers that its signature covers. */
    static Map<String, Object> link(java.net.URL url, Map<String, List<String>> signed) {
        Map<String, String> headers = new HashMap<>();
        signed.forEach((name, values) -> headers.put(name, String.join(",", values)));
        return Map.of("url", url.toString(), "headers", headers);
    }

    /** What a client brings. */
    interface Client {
        String version();

        Map<String, Object> answer(Request r) throws Exception;

        /** Steps that the client is not made for, with the reason. */
        default Map<String, String> limits() {
            return Map.of();
        }

        /** S3's code of an exception, or null. */
        String code(Throwable why);
    }

    static Client client(String name) throws Exception {
        switch (name) {
        case "aws-sdk-java-v2":
            return new AwsV2();
        case "aws-sdk-java-v2-async":
            return new AwsV2Async(AwsV2Async.netty());
        case "aws-sdk-java-v2-crt":
            return new AwsV2Async(AwsV2Async.crt());
        case "aws-sdk-java-v1":
            return new AwsV1();
        default:
            return new MinioJava();
        }
    }

    static Map<String, Object> one(Client client, Request r) {
        try {
            Map<String, Object> answer = new HashMap<>(client.answer(r));
            answer.put("ok", true);
            return answer;
        } catch (Unsupported why) {
            return Map.of("unsupported", why.getMessage());
        } catch (Throwable outer) {
            Throwable why = outer;
            while (why.getCause() != null && client.code(why) == null) {
                why = why.getCause();
            }
            String code = client.code(why);
            return Map.of("error", code == null ? "" : code, "type", why.getClass().getName(),
                    "text", String.valueOf(outer.getMessage()));
        }
    }

    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true,
                StandardCharsets.UTF_8);
        System.setOut(System.err);
        ObjectMapper mapper = new ObjectMapper();
        Client client = client(args[0]);
        out.println(mapper.writeValueAsString(Map.of("version", client.version(),
                "limits", client.limits())));
        BufferedReader in = new BufferedReader(
                new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(mapper.writeValueAsString(one(client, new Request(mapper.readTree(line)))));
        }
        System.exit(0);
    }
}
