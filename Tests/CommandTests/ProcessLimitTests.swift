import Foundation
import Testing

@Suite("What a process is begun with")
struct ProcessLimitTests {
  private static let training =
    "$D train --env gridworld/Empty-5x5 --preset debug --steps 200 --set run.save_every=50 "
    + "run.report_every=0 replay.chunksize=32 env.wrap.time_limit=40"

  @Test(
    "closed outputs get no file's number: the records of a run are those of open ones",
    arguments: ["2>&-", ">&- 2>&-", "<&- >&- 2>&-", "<&-"])
  func closed(how: String) throws {
    let shell = try Shell()
    let outcome = try shell.script(
      "\(Self.training) --logdir open 2> words; \(Self.training) --logdir run \(how)")
    #expect(outcome.code == 0)
    for name in ["metrics.jsonl", "scores.jsonl"] {
      #expect(
        try TrainTests.withoutTimes(shell.url("run/\(name)"))
          == TrainTests.withoutTimes(shell.url("open/\(name)")))
    }
    let inspection = try shell.run("inspect", "run")
    #expect(inspection.code == 0, "\(inspection.output)")
  }

  @Test("closed outputs do not get into pages and pictures either")
  func closedOutputs() throws {
    let shell = try Shell()
    try shell.train("--steps", "20")
    _ = try shell.script(
      """
      $D report run --files-only --out open.html; $D report run --files-only --out page.html >&- 2>&-
      $D imagine run --horizon 1 --out open.gif; $D imagine run --horizon 1 --out x.gif <&- >&- 2>&-
      """)
    let files = try shell.contents()
    #expect(files["open.gif"] != nil && files["x.gif"] == files["open.gif"])
    #expect(files["open.html"]?.count == files["page.html"]?.count)
  }

  @Test("a limit of file size is an error that names the file, and the run goes on without it")
  func fileSize() throws {
    let shell = try Shell()
    let limited = try shell.script("ulimit -f 100; \(Self.training) --logdir run")
    #expect(limited.code == 74)
    #expect(
      limited.errors.hasSuffix(
        "cannot be written (File too large); files may not grow so large here: raise the limit of "
          + "file size (ulimit -f)\n"), "\(limited.errors)")
    let resumed = try shell.script(
      "\(Self.training) --logdir run --resume && \(Self.training) --logdir whole 2> words")
    #expect(resumed.code == 0, "\(resumed.errors)")
    #expect(
      try TrainTests.withoutTimes(shell.url("run/metrics.jsonl"))
        == TrainTests.withoutTimes(shell.url("whole/metrics.jsonl")))
  }

  @Test(
    "pictures and pages that grow too large are told, and nothing is left of them",
    arguments: ["imagine run --out x.gif", "imagine run --out x/", "report run --files-only"])
  func largeOutputs(command: String) throws {
    let shell = try Shell()
    try shell.train("--steps", "20")
    let outcome = try shell.script("ulimit -f 1; $D \(command)")
    #expect(outcome.code == 74)
    #expect(outcome.errors.contains("cannot be written (File too large); files may not grow so"))
    #expect(outcome.output == "")
    let others = try shell.contents().keys.filter { !$0.hasPrefix("run/") }
    #expect(others == [], "\(others)")
  }

  @Test("an evaluation tells its results and then that its film could not be written")
  func largeFilm() throws {
    let shell = try Shell()
    try shell.train("--steps", "20")
    let outcome = try shell.script("ulimit -f 1; $D evaluate run --episodes 1 --out x.gif --json")
    #expect(outcome.code == 74 && outcome.errors.contains("x.gif: cannot be written (File too"))
    #expect(try Shell.object(outcome.output)["episodes"] as? Int == 1)
  }
}

private enum OrdinaryUser {
  static let isRoot = getuid() == 0
  /// Whether the tests can run something as one.
  static let isThere = !isRoot || FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv")
}

/// As an ordinary user, for whom files can be out of reach; the tests may run as root.
@Suite("Runs that may only be read", .enabled(if: OrdinaryUser.isThere))
struct RightsTests {
  let shell: Shell

  init() throws {
    shell = try Shell()
    let trained = try shell.script(
      """
      chmod 755 .; mkdir -m 777 out; cp "$D" dreamer; chmod 755 dreamer
      $D train --env gridworld/Empty-5x5 --preset debug --logdir run --set replay.chunksize=32 \\
        env.wrap.record=episodes run.steps=300 && chmod -R a+rX,a-w run
      """)
    #expect(trained.code == 0, "\(trained.errors)")
  }

  /// `drop` runs a command as the ordinary user, whose home is `out`.
  private func script(_ lines: String) throws -> Shell.Outcome {
    let drop = OrdinaryUser.isRoot ? "setpriv --reuid=65534 --regid=65534 --clear-groups" : ""
    let outcome = try shell.script(
      "cd out; drop() { \(drop) ../dreamer \"$@\"; }\n\(lines)\ncode=$?; chmod -R u+rwX ../run; exit $code"
    )
    return outcome
  }

  @Test("what only reads opens nothing for writing, and makes no files")
  func reading() throws {
    let before = try shell.contents().filter { $0.key.hasPrefix("run/") }
    let outcome = try script(
      """
      set -e
      drop inspect ../run; drop evaluate ../run --episodes 1; drop report ../run --episodes 6
      drop imagine ../run --horizon 2; drop evaluate ../run --episodes 1 --out x.png
      drop imagine ../run --context 1 --episode $(ls ../run/episodes/* | head -1) --out y.png
      drop inspect ../run/checkpoints/300
      drop train --env gridworld/Empty-5x5 --preset debug --steps 20 --logdir new --from ../run
      drop train --env gridworld/Empty-5x5 --preset debug --steps 20 --logdir other --set \\
        replay.preload=../run/episodes
      """)
    #expect(outcome.code == 0, "\(outcome.output)\(outcome.errors)")
    #expect(outcome.output.contains("problems     none"))
    #expect(try shell.contents().filter { $0.key.hasPrefix("run/") } == before)
  }

  @Test("a run that may not be written to is not resumed")
  func resuming() throws {
    let outcome = try script("drop train --resume --logdir ../run --steps 400")
    #expect(outcome.code == 74)
    #expect(outcome.errors.contains("(Permission denied); get the permission"), "\(outcome.errors)")
  }

  @Test("an agent is loaded where replay, records and events may not be read")
  func unreadableReplay() throws {
    let outcome = try script(
      """
      chmod -R a-rwx ../run/replay ../run/*.jsonl ../run/events* ../run/videos
      drop evaluate ../run --episodes 1 && drop imagine ../run --horizon 1
      """)
    #expect(outcome.code == 0, "\(outcome.errors)")
  }

  @Test(
    "what may not be read is refused alike everywhere",
    arguments: [
      "run", "run/checkpoints", "run/checkpoints/300",
      "run/checkpoints/300/parameters.safetensors", "run/config.yaml",
    ])
  func unreadable(path: String) throws {
    for command in [
      "evaluate ../run --episodes 1", "imagine ../run", "report ../run", "inspect ../run",
      "train --env gridworld/Empty-5x5 --preset debug --steps 20 --logdir new --from ../run",
    ] {
      let takesWeights = command.contains("--from") && path == "run/config.yaml"
      // A report tells what its files tell, and why it has no agent.
      let isPartial = command.hasPrefix("report") && path.hasPrefix("run/checkpoints")
      // An inspection goes on, and tells of files among its problems.
      let isProblem = command.hasPrefix("inspect") && path.contains(".")
      if takesWeights || isPartial || isProblem { continue }
      let outcome = try script("chmod a-rwx ../\(path); drop \(command)")
      #expect(outcome.code == 74, "\(command): \(outcome.errors)")
      #expect(
        outcome.errors.contains(
          "cannot be read (Permission denied); get the permission to read it"),
        "\(command): \(outcome.errors)")
      _ = try shell.script("chmod -R a+rX run")
    }
  }
}
