// SPDX-License-Identifier: Apache-2.0

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.Mapper;
import org.apache.hadoop.mapreduce.Reducer;
import org.apache.hadoop.mapreduce.lib.input.FileInputFormat;
import org.apache.hadoop.mapreduce.lib.output.FileOutputFormat;
import org.apache.hadoop.util.VersionInfo;

/** Hadoop's s3a: a file system in a bucket, and jobs that commit by its magic committer. */
public class Hadoop {
    static Configuration configuration() {
        Configuration c = new Configuration();
        c.set("fs.s3a.endpoint", System.getenv("ENDPOINT"));
        c.set("fs.s3a.endpoint.region", System.getenv("REGION"));
        c.set("fs.s3a.access.key", System.getenv("ACCESS_KEY"));
        c.set("fs.s3a.secret.key", System.getenv("SECRET_KEY"));
        c.set("fs.s3a.path.style.access", "true");
        c.set("fs.s3a.connection.ssl.enabled", String.valueOf(
                System.getenv("ENDPOINT").startsWith("https:")));
        c.set("fs.s3a.multipart.size", "5M");
        c.set("fs.s3a.multipart.threshold", "5M");
        c.set("fs.s3a.attempts.maximum", "2");
        c.set("fs.s3a.retry.limit", "2");
        c.set("fs.s3a.buffer.dir", System.getenv("WORK"));
        c.set("hadoop.tmp.dir", System.getenv("WORK"));
        c.set("fs.s3a.committer.name", "magic");
        c.set("mapreduce.outputcommitter.factory.scheme.s3a",
                "org.apache.hadoop.fs.s3a.commit.S3ACommitterFactory");
        c.set("mapreduce.framework.name", "local");
        return c;
    }

    static void check(boolean good, Object what) {
        if (!good) {
            throw new IllegalStateException(String.valueOf(what));
        }
    }

    static byte[] bytes(int size) {
        byte[] all = new byte[size];
        for (int n = 0; n < size; n++) {
            all[n] = (byte) (n * 31 + n / 251);
        }
        return all;
    }

    static byte[] read(FileSystem fs, Path path) throws Exception {
        try (FSDataInputStream in = fs.open(path)) {
            return in.readAllBytes();
        }
    }

    static void write(FileSystem fs, Path path, byte[] data) throws Exception {
        try (FSDataOutputStream out = fs.create(path)) {
            out.write(data);
        }
    }

    /** Files of all sizes, folders, seeks, renames, deletes. */
    static void files(Path top) throws Exception {
        FileSystem fs = top.getFileSystem(configuration());
        for (int size : new int[] {0, 1, 70000, 12 << 20}) {
            Path path = new Path(top, "sizes/" + size + " é");
            write(fs, path, bytes(size));
            check(fs.getFileStatus(path).getLen() == size, path);
            check(Arrays.equals(read(fs, path), bytes(size)), path);
        }
        try (FSDataInputStream in = fs.open(new Path(top, "sizes/70000 é"))) {
            byte[] some = new byte[1000];
            in.readFully(69000, some);
            check(Arrays.equals(some, Arrays.copyOfRange(bytes(70000), 69000, 70000)), "seek");
        }
        check(fs.mkdirs(new Path(top, "empty/folder")), "mkdirs");
        check(fs.getFileStatus(new Path(top, "empty")).isDirectory(), "a folder");
        check(fs.listStatus(new Path(top, "sizes")).length == 4, "list");
        check(fs.rename(new Path(top, "sizes"), new Path(top, "moved")), "rename");
        check(!fs.exists(new Path(top, "sizes")), "gone");
        check(Arrays.equals(read(fs, new Path(top, "moved/" + (12 << 20) + " é")),
                bytes(12 << 20)), "moved");
        try {
            fs.open(new Path(top, "none")).close();
            throw new IllegalStateException("opens what is not there");
        } catch (java.io.FileNotFoundException why) {
            check(true, why);
        }
        check(fs.delete(top, true) && !fs.exists(new Path(top, "moved")), "delete");
    }

    public static class Words extends Mapper<LongWritable, Text, Text, LongWritable> {
        @Override
        protected void map(LongWritable at, Text line, Context out) throws java.io.IOException,
                InterruptedException {
            for (String word : line.toString().split(" ")) {
                out.write(new Text(word), new LongWritable(1));
            }
        }
    }

    public static class Sum extends Reducer<Text, LongWritable, Text, LongWritable> {
        @Override
        protected void reduce(Text word, Iterable<LongWritable> ones, Context out)
                throws java.io.IOException, InterruptedException {
            long sum = 0;
            for (LongWritable one : ones) {
                sum += one.get();
            }
            out.write(word, new LongWritable(sum));
        }
    }

    /** A job in this process whose output appears by completing uploads, all at once. */
    static void magic(Path top) throws Exception {
        Configuration c = configuration();
        FileSystem fs = top.getFileSystem(c);
        StringBuilder text = new StringBuilder();
        for (int n = 0; n < 20000; n++) {
            text.append("word").append(n % 10).append(n % 100 == 99 ? "\n" : " ");
        }
        for (int n = 0; n < 3; n++) {
            write(fs, new Path(top, "in/" + n), text.toString().getBytes(StandardCharsets.UTF_8));
        }
        Job job = Job.getInstance(c, "words");
        job.setJarByClass(Hadoop.class);
        job.setMapperClass(Words.class);
        job.setReducerClass(Sum.class);
        job.setOutputKeyClass(Text.class);
        job.setOutputValueClass(LongWritable.class);
        job.setNumReduceTasks(2);
        FileInputFormat.addInputPath(job, new Path(top, "in"));
        FileOutputFormat.setOutputPath(job, new Path(top, "out"));
        check(job.waitForCompletion(false), "the job failed");
        String success = new String(read(fs, new Path(top, "out/_SUCCESS")),
                StandardCharsets.UTF_8);
        check(success.replace(" ", "").contains("\"committer\":\"magic\""), success);
        int rows = 0;
        for (FileStatus file : fs.listStatus(new Path(top, "out"))) {
            check(!file.getPath().getName().startsWith("__magic"), file.getPath());
            if (file.getPath().getName().startsWith("part-")) {
                for (String row : new String(read(fs, file.getPath()),
                        StandardCharsets.UTF_8).split("\n")) {
                    check(row.endsWith("\t6000"), row);
                    rows++;
                }
            }
        }
        check(rows == 10, rows);
        check(fs.delete(top, true), "delete");
    }

    static Map<String, Object> answer(JsonNode r) {
        try {
            Path top = new Path("s3a://" + r.path("bucket").asText() + "/" + r.path("name").asText());
            if (r.path("name").asText().equals("files")) {
                files(top);
            } else {
                magic(top);
            }
            return Map.of("ok", true);
        } catch (Throwable why) {
            why.printStackTrace();
            return Map.of("error", "", "type", why.getClass().getName(), "text",
                    String.valueOf(why.getMessage()));
        }
    }

    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true,
                StandardCharsets.UTF_8);
        System.setOut(System.err);
        ObjectMapper mapper = new ObjectMapper();
        out.println(mapper.writeValueAsString(Map.of("version", VersionInfo.getVersion(),
                "common", false, "own", List.of("files", "magic_committer"))));
        BufferedReader in = new BufferedReader(
                new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(mapper.writeValueAsString(answer(mapper.readTree(line))));
        }
        System.exit(0);
    }
}
