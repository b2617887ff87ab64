// SPDX-License-Identifier: Apache-2.0
package dev.cleat.ray;

import static dev.cleat.FailureKind.INVALID_ARGUMENT;
import static dev.cleat.FailureKind.NOT_ALLOWED;
import static dev.cleat.FailureKind.NOT_FOUND;
import static dev.cleat.FailureKind.TOO_LARGE;
import static dev.cleat.FailureKind.UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cleat.FailureKind;
import dev.cleat.ToolResult;
import dev.cleat.ray.ScriptedDashboard.Reply;
import dev.cleat.spi.ToolSet;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Code that is sent along with a job. */
class SubmitCodeTest {
  @TempDir private Path root;
  @TempDir private Path elsewhere;
  private Path code;

  private final ScriptedDashboard server = new ScriptedDashboard();
  private final Set<String> packages = ConcurrentHashMap.newKeySet();
  private OpenTools tools;

  @BeforeEach
  void open() throws IOException {
    code = Files.createDirectories(root.resolve("code"));
    RemoteRay ray = RemoteRay.at(DashboardAddress.parse(server.url()));
    Clusters clusters =
        new Clusters(
            List.of(RemoteBackend.with(ray)), Duration.ofSeconds(10), InstantSource.system());
    tools =
        OpenTools.over(
            ToolSet.builder()
                .tools(JobTools.over(clusters, new Random(1), WorkingDirs.below(List.of(root))))
                .onClose(clusters::close)
                .build());
    server.on(
        "POST /api/jobs/",
        request -> {
          String id = request.json().path("submission_id").asText();
          server.job(id, "PENDING");
          return Reply.json("{\"submission_id\":\"" + id + "\"}");
        });
  }

  @AfterEach
  void close() {
    tools.close();
    server.close();
  }

  @Test
  void theFilesAreSentAtTheTopWithoutWhatIsLeftOut() throws Exception {
    write("main.py", "print(1)");
    write("pkg/a.py", "a");
    write("pkg/__pycache__/a.pyc", "x");
    write(".git/config", "secret");
    write("data/big.csv", "1,2");
    write("docs/x/y.png", "png");
    write("keep.csv.txt", "k");
    Path run = write("run.sh", "#!/bin/sh");
    Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("rwxr-x---"));
    takePackages();

    Map<String, Object> answer =
        submit(Map.of("working_dir", "code", "excludes", List.of("data/", "docs/**/*.png")));

    assertThat(unzipped().keySet())
        .containsExactly("keep.csv.txt", "main.py", "pkg/a.py", "run.sh");
    assertThat(unzipped()).containsEntry("main.py", "print(1)");
    String uri = answer.get("code").toString();
    assertThat(uri).matches("gcs://_ray_pkg_[0-9a-f]{16}\\.zip");
    assertThat(server.asked("POST /api/jobs/").get(0).body())
        .contains("\"working_dir\":\"" + uri + "\"")
        .doesNotContain("excludes");
    assertThat(modes())
        .isEqualTo(
            Map.of(
                "run.sh",
                0100755,
                "main.py",
                0100644,
                "pkg/a.py",
                0100644,
                "keep.csv.txt",
                0100644));
    assertThat(tools.progress()).anyMatch(told -> told.startsWith("packed 4 of 4"));
    assertThat(tools.progress()).anyMatch(told -> told.startsWith("sent "));
  }

  @Test
  void theSameContentIsSentOnceWheneverAndWhereverItIs() throws Exception {
    write("main.py", "print(1)");
    takePackages();
    String first = submit(Map.of("working_dir", code.toString())).get("code").toString();
    Path copy = Files.createDirectories(root.resolve("copy"));
    Files.writeString(copy.resolve("main.py"), "print(1)");
    Files.setLastModifiedTime(copy.resolve("main.py"), FileTime.fromMillis(5));

    String second =
        submit(Map.of("runtime_env", Map.of("working_dir", "copy"))).get("code").toString();
    assertThat(second).isEqualTo(first);
    assertThat(puts()).isEqualTo(1);

    Files.writeString(copy.resolve("main.py"), "print(2)");
    assertThat(submit(Map.of("working_dir", "copy")).get("code")).isNotEqualTo(first);
    Files.move(copy.resolve("main.py"), copy.resolve("main2.py"));
    submit(Map.of("working_dir", "copy"));
    assertThat(puts()).isEqualTo(3);
  }

  @Test
  void whatIsElsewhereIsNotSent() throws Exception {
    Files.writeString(elsewhere.resolve("secret"), "s");
    write("main.py", "x");
    Files.createSymbolicLink(root.resolve("way-out"), elsewhere);

    for (String path :
        List.of(
            elsewhere.toString(),
            "..",
            "code/../..",
            "/",
            root.resolve("way-out").toString(),
            root + "/../" + elsewhere.getFileName())) {
      ToolResult.Failure failure = refused(NOT_ALLOWED, Map.of("working_dir", path));
      assertThat(failure.message()).contains(root.toString());
      assertThat(failure.hint()).contains("workingDirRoots");
    }
    refused(NOT_FOUND, Map.of("working_dir", "no-such"));
    refused(INVALID_ARGUMENT, Map.of("working_dir", "code/main.py"));
    refused(INVALID_ARGUMENT, Map.of("working_dir", "a\0b"));
    assertThat(server.asked("POST /api/jobs/")).isEmpty();
  }

  @Test
  void linksInTheCodeAreFollowedWithinTheRootsOnly() throws Exception {
    write("main.py", "x");
    Path shared = Files.createDirectories(root.resolve("shared"));
    Files.writeString(shared.resolve("lib.py"), "lib");
    Files.createSymbolicLink(code.resolve("lib"), shared);
    takePackages();

    submit(Map.of("working_dir", "code"));
    assertThat(unzipped()).containsEntry("lib/lib.py", "lib");

    Files.writeString(elsewhere.resolve("secret"), "s");
    Files.createSymbolicLink(code.resolve("out"), elsewhere.resolve("secret"));
    assertThat(refused(NOT_ALLOWED, Map.of("working_dir", "code")).message()).contains("out");
    submit(Map.of("working_dir", "code", "excludes", List.of("out")));

    Files.createSymbolicLink(code.resolve("loop"), code);
    assertThat(
            refused(INVALID_ARGUMENT, Map.of("working_dir", "code", "excludes", List.of("out")))
                .message())
        .contains("loop");
    Files.delete(code.resolve("loop"));
    Files.createSymbolicLink(code.resolve("dangling"), code.resolve("nothing"));
    assertThat(
            refused(INVALID_ARGUMENT, Map.of("working_dir", "code", "excludes", List.of("out")))
                .message())
        .contains("dangling", "nowhere");
  }

  @Test
  void whatIsTooLargeIsRefusedBeforeAnythingIsSentAndSaysWhy() throws Exception {
    byte[] noise = new byte[1 << 20];
    Random random = new Random(7);
    try (var out = Files.newOutputStream(write("model.bin", ""))) {
      for (int i = 0; i < 101; i++) {
        random.nextBytes(noise);
        out.write(noise);
      }
    }
    write("main.py", "x");

    ToolResult.Failure failure = refused(TOO_LARGE, Map.of("working_dir", "code"));

    assertThat(failure.message()).contains("104857600", "model.bin (101.0 MiB)");
    assertThat(failure.hint()).contains("excludes");
    assertThat(server.asked().stream().filter(asked -> asked.path().contains("packages")))
        .isEmpty();

    try (RandomAccessFile sparse = new RandomAccessFile(code.resolve("hole").toFile(), "rw")) {
      sparse.setLength(CodeFiles.MOST_BYTES + 1);
    }
    assertThat(refused(TOO_LARGE, Map.of("working_dir", "code")).message())
        .as("without packing it")
        .contains("hole (1000.0 MiB)");
    takePackages();
    submit(Map.of("working_dir", "code", "excludes", List.of("hole", "*.bin")));
    assertThat(unzipped().keySet()).containsExactly("main.py");
  }

  @Test
  void temporaryFilesAreDeletedOnEveryPath() throws Exception {
    write("main.py", "x");
    Set<Path> before = temporary();
    takePackages();
    submit(Map.of("working_dir", "code"));
    server.on("POST /api/jobs/", request -> Reply.text(400, "no"));
    write("main.py", "y");
    refused(INVALID_ARGUMENT, Map.of("working_dir", "code"));
    packages.clear();
    onPackages("PUT", Reply.text(500, "RuntimeError: full"));
    assertThat(refused(FailureKind.UPSTREAM, Map.of("working_dir", "code")).message())
        .contains("full");

    // Another run of these tests beside this one has such files for moments.
    Eventually.see(Duration.ofSeconds(20), SubmitCodeTest::temporary, before::containsAll);
  }

  @Test
  void anUploadWhoseAnswerIsLostIsLookedFor() throws Exception {
    write("main.py", "x");
    String name = nameOf();
    server.on("GET /api/packages/gcs/" + name, absent(name));
    server.on(
        "PUT /api/packages/gcs/" + name,
        request -> {
          server.on("GET /api/packages/gcs/" + name, asked -> Reply.text(200, ""));
          return Reply.text(504, "too slow");
        });
    assertThat(submit(Map.of("working_dir", "code"))).containsEntry("code", "gcs://" + name);

    server.on("GET /api/packages/gcs/" + name, absent(name));
    server.on("PUT /api/packages/gcs/" + name, request -> Reply.text(504, "too slow"));
    ToolResult.Failure lost = refused(UNAVAILABLE, Map.of("working_dir", "code"));
    assertThat(lost.hint()).contains("submit again");
    assertThat(lost.retryable()).isTrue();
    assertThat(server.asked("POST /api/jobs/")).hasSize(1);
  }

  @Test
  void whatTheClusterCouldNotFindIsRefusedFirst() throws Exception {
    write("main.py", "x");
    for (Map<String, Object> arguments :
        List.<Map<String, Object>>of(
            Map.of("runtime_env", Map.of("py_modules", List.of("./lib"))),
            Map.of("runtime_env", Map.of("pip", "requirements.txt")),
            Map.of("runtime_env", Map.of("conda", "env.yml")),
            Map.of("runtime_env", Map.of("working_dir", "code"), "working_dir", "code"),
            Map.of("runtime_env", Map.of("working_dir", 7)),
            Map.of("excludes", List.of("x")),
            Map.of("working_dir", "s3://b/c.zip", "excludes", List.of("x")),
            Map.of("working_dir", "code", "excludes", List.of("!x")),
            Map.of("working_dir", "code", "excludes", List.of("main.py")),
            Map.of("working_dir", "code", "runtime_env", Map.of("excludes", "x")),
            Map.of("working_dir", "code", "runtime_env", Map.of("nonsense", 1)))) {
      refused(INVALID_ARGUMENT, arguments);
    }
    assertThat(server.asked().stream().filter(asked -> !asked.method().equals("GET"))).isEmpty();
  }

  private Reply absentNow(String name) {
    return Reply.text(404, "Package gcs://" + name + " does not exist");
  }

  private ScriptedDashboard.Script absent(String name) {
    return request -> absentNow(name);
  }

  private String nameOf() throws Exception {
    WorkingDirs dirs = WorkingDirs.below(List.of(root));
    CodeFiles files = CodeFiles.in(dirs.resolve("code"), Globs.with(List.of()), dirs);
    try (CodePackage zip = CodePackage.of(files, packed -> {})) {
      return zip.name();
    }
  }

  // Any package, as Ray takes them.
  private void takePackages() {
    server.onPrefix(
        "/api/packages/gcs/",
        request -> {
          String name = request.path().substring("/api/packages/gcs/".length());
          if (request.method().equals("PUT")) {
            packages.add(name);
            return Reply.text(200, "");
          }
          return packages.contains(name) ? Reply.text(200, "") : absentNow(name);
        });
  }

  private void onPackages(String method, Reply reply) {
    server.onPrefix(
        "/api/packages/gcs/",
        request -> request.method().equals(method) ? reply : absentNow(request.path()));
  }

  private long puts() {
    return server.asked().stream().filter(asked -> asked.method().equals("PUT")).count();
  }

  private byte[] sent() {
    List<ScriptedDashboard.Asked> puts =
        server.asked().stream().filter(asked -> asked.method().equals("PUT")).toList();
    return puts.get(puts.size() - 1).content().array();
  }

  private Map<String, String> unzipped() throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(sent()))) {
      ZipEntry entry = zip.getNextEntry();
      while (entry != null) {
        files.put(entry.getName(), new String(zip.readAllBytes(), StandardCharsets.UTF_8));
        entry = zip.getNextEntry();
      }
    }
    return files;
  }

  // As the system of files sees it, since Java's own reader passes over modes.
  private Map<String, Integer> modes() throws Exception {
    Path zip = Files.write(elsewhere.resolve("sent.zip"), sent());
    Map<String, Integer> modes = new HashMap<>();
    try (var files =
            java.nio.file.FileSystems.newFileSystem(
                zip, Map.of("enablePosixFileAttributes", "true"));
        Stream<Path> all = Files.walk(files.getPath("/"))) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        int mode = 0100000;
        for (var permission : Files.getPosixFilePermissions(file)) {
          mode |= 0400 >> permission.ordinal();
        }
        modes.put(file.toString().substring(1), mode);
      }
    }
    return modes;
  }

  private static Set<Path> temporary() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return Set.copyOf(
          files.filter(file -> file.getFileName().toString().startsWith("cleat-code-")).toList());
    }
  }

  private Path write(String name, String text) throws IOException {
    Path file = code.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private Map<String, Object> submit(Map<String, ?> arguments) throws Exception {
    Map<String, Object> all = new HashMap<>(arguments);
    all.put("entrypoint", "python main.py");
    return tools.answer("submit_ray_job", all);
  }

  private ToolResult.Failure refused(FailureKind kind, Map<String, ?> arguments) throws Exception {
    Map<String, Object> all = new HashMap<>(arguments);
    all.put("entrypoint", "python main.py");
    return tools.failure(kind, "submit_ray_job", all);
  }
}
