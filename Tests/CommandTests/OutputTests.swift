import Foundation
import Testing

/// What becomes of results that cannot be written, or that have foreign text in them.
@Suite("Standard output")
struct OutputTests {
  let shell: Shell

  init() throws { shell = try Shell() }

  private static let dreamer = Shell.executable.path

  private func bash(_ script: String) throws -> Shell.Outcome {
    try shell.run(URL(fileURLWithPath: "/bin/bash"), ["-c", script])
  }

  private static let golden = Shell.fixture("golden/tiny-discrete.safetensors").path

  private static let withoutRun = [
    "envs", "envs --json", "--version", "--help", "help train", "train --help-hidden",
    "--generate-completion-script bash", "train --env gridworld/Empty-5x5 --print-config",
    "bench --preset debug --convolutions", "play --env gridworld/Empty-5x5 --text < /dev/null",
    "verify \(golden)", "inspect \(golden)",
  ]

  private static let ofRun = [
    "evaluate run --episodes 2", "evaluate run --episodes 2 --json", "inspect run",
    "inspect run --json", "imagine run --out a.png", "imagine run --errors --sequences 1 --json",
    "report run --files-only", "play --dream run --text < /dev/null",
  ]

  private func checkIsTold(_ command: String, _ output: String, _ reason: String) throws {
    let outcome = try bash("'\(Self.dreamer)' \(command) \(output)")
    #expect(outcome.code == 74, "\(command)")
    let last = outcome.errors.split(separator: "\n").last ?? ""
    #expect(
      last.hasPrefix("dreamer: standard output: cannot be written (\(reason)); "),
      "\(command): \(last)")
  }

  @Test(
    "what does not fit on the disk is told, by every command",
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "there is no /dev/full"))
  func fullDisk() throws {
    try shell.train("--steps", "60")
    for command in Self.withoutRun + Self.ofRun {
      try checkIsTold(command, "> /dev/full", "No space left on device")
    }
  }

  private static let printing = [
    "CommandSupport/StandardOutput.swift", "CommandSupport/StandardError.swift",
  ]

  @Test("all that is printed passes one place, which looks whether it could be written")
  func onePlace() throws {
    let sources = Shell.fixture("../../Sources")
    let names = (FileManager.default.subpaths(atPath: sources.path) ?? []).filter {
      $0.hasSuffix(".swift") && !Self.printing.contains($0)
    }
    #expect(names.count > 100)
    for name in names {
      let text = try String(contentsOf: sources.appendingPathComponent(name), encoding: .utf8)
      for word in [" print(", "(print(", "standardOutput.write", "STDOUT_FILENO, $"] {
        #expect(!text.contains(word), "\(name)")
      }
    }
  }

  @Test("training says nothing there, and goes on")
  func training() throws {
    let outcome = try bash(
      "'\(Self.dreamer)' train --env gridworld/Empty-5x5 --preset debug --logdir run > /dev/full")
    #expect(outcome.code == 0)
  }

  @Test(
    "a reader that leaves early ends a command by SIGPIPE, or with its code",
    arguments: ["", "trap '' PIPE; "])
  func earlyReader(before: String) throws {
    let outcome = try bash(
      "\(before)(sleep 0.2; exec '\(Self.dreamer)' envs) | true; exit ${PIPESTATUS[0]}")
    #expect(outcome.code == 141)
    #expect(outcome.errors == "")
  }

  @Test("names of files and of tensors are shown, not sent to the terminal")
  func escapes() throws {
    let name = "a\u{1B}]0;x\u{07}\n\u{202E}b.safetensors"
    // One tensor of one number, whose name has an escape sequence.
    let header = #"{"x\u001b[31m/\u0301":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
    var file = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
    file += Data(header.utf8) + Data(count: 4)
    try file.write(to: shell.url(name))
    for arguments in [
      ["inspect", name, "--parameters"], ["inspect", name, "--parameters", "--json"],
      ["verify", name], ["inspect", "none\(name)"], ["train", "--\u{1B}[2J"],
      ["train", "--env", "gridworld/\u{1B}c"], ["train", "--env", "x", "--set", "a\u{9B}=\u{7}"],
      ["evaluate", "\u{1B}[31mrun"],
    ] {
      let outcome = try shell.run(arguments)
      let sent = (outcome.output + outcome.errors).unicodeScalars
      #expect(!sent.isEmpty)
      #expect(
        sent.allSatisfy {
          ($0 == "\n" || $0.value >= 0x20) && !(0x7F...0x9F ~= $0.value) && $0 != "\u{202E}"
        },
        "\(arguments): \(outcome)")
    }
    let text = try shell.run("inspect", name, "--parameters").output
    #expect(text.hasPrefix("a\\u001B]0;x\\u0007\\n\\u202Eb.safetensors\n"))
    #expect(text.contains("x\\u001B[31m"))
  }

  @Test("a run's folder can be copied from what an interrupted run says")
  func resumeCommand() throws {
    let folder = "-it's \u{1B}[1m'\u{301}"
    let running = try shell.start([
      "train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--steps", "1000000",
      "--logdir=\(folder)",
    ])
    running.wait {
      FileManager.default.fileExists(atPath: shell.url("\(folder)/checkpoints/0/state.json").path)
    }
    running.signal(SIGTERM)
    let outcome = try running.finish()
    #expect(outcome.code == 143)
    let line = try #require(outcome.errors.split(separator: "\n").last)
    let command = try #require(line.range(of: "dreamer train ")).lowerBound
    // The shell reads the words as this program meant them: the folder is there.
    let copied = line[command...].dropFirst("dreamer".count)
    let again = try bash("'\(Self.dreamer)'\(copied) --print-config | head -2")
    #expect(again.output.contains("task: gridworld/Empty-5x5"), "\(line)\n\(again)")
  }
}
