import Foundation
import Pictures
import TestSupport
import Testing

@Suite("dreamer imagine")
struct ImagineTests {
  let shell: Shell

  init() throws {
    shell = try Shell()
    try shell.train("--steps", "20")
  }

  private func imagine(_ arguments: String...) throws -> Shell.Outcome {
    try shell.run(["imagine", "run"] + arguments)
  }

  @Test("with nothing but a path, it writes a moving picture and changes nothing else")
  func plain() throws {
    let before = try shell.contents()
    let outcome = try imagine()
    #expect(outcome.code == 0)
    #expect(
      outcome.output
        == "imagination.gif: 3 episodes of gridworld/Empty-5x5 after 20 steps, 5 steps observed, "
        + "15 imagined\n")
    var after = try shell.contents()
    let data = try #require(after["imagination.gif"])
    after["imagination.gif"] = nil
    #expect(after == before)
    #expect(try GIFReader(data).frames.count == 20)
  }

  @Test("strips, folders of frames, dreams and samples are the same for the same seed")
  func kinds() throws {
    for out in ["a.png", "b.png"] {
      let outcome = try imagine(
        "--dream", "--samples", "2", "--sequences", "2", "--context", "2", "--horizon", "3",
        "--out",
        out)
      #expect(outcome.code == 0)
    }
    let contents = try shell.contents()
    #expect(contents["a.png"] == contents["b.png"])
    let strip = try Picture(png: #require(contents["a.png"]))
    #expect(strip.width > 5 * 60 && strip.height > 2 * 5 * 60)
    let frames = try imagine(
      "--context", "2", "--horizon", "3", "--sequences", "1", "--policy", "agent", "--out",
      "frames/")
    #expect(frames.code == 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: shell.url("frames").path)
    #expect(names.sorted().first == "frame-001.png" && 3...5 ~= names.count)
  }

  @Test("a checkpoint's folder and recorded episodes are taken")
  func recorded() throws {
    let played = try shell.run(
      "train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--logdir", "other", "--steps",
      "300", "--set", "env.wrap.record=episodes")
    #expect(played.code == 0)
    let names = try FileManager.default.contentsOfDirectory(
      atPath: shell.url("other/episodes").path)
    let name = try #require(names.max())
    let outcome = try shell.run(
      "imagine", "run/checkpoints/20", "--context", "1", "--episode", "other/episodes/\(name)",
      "--out",
      "x.gif")
    #expect(outcome.code == 0)
    #expect(outcome.output.hasPrefix("x.gif: 1 episodes of "))
    // The option takes one name and can be repeated, so that the run may follow it.
    let recorded = "other/episodes/\(name)"
    let after = try shell.run(
      "imagine", "--context", "1", "--episode", recorded, "--episode", recorded, "run", "--out",
      "y.gif")
    #expect(after.output.hasPrefix("y.gif: 2 episodes of "), "\(after.errors)")
    let long = try imagine("--context", "2000", "--episode", recorded)
    #expect(long.code == 64)
    #expect(long.errors.contains("\(recorded): a context of 2000 steps leaves nothing"))
  }

  @Test("an episode of another world that looks the same is refused")
  func otherWorld() throws {
    let played = try shell.run(
      "train", "--env", "gridworld/Empty-6x6", "--preset", "debug", "--logdir", "other", "--steps",
      "300", "--set", "env.wrap.record=episodes")
    #expect(played.code == 0, "\(played.errors)")
    let names = try FileManager.default.contentsOfDirectory(
      atPath: shell.url("other/episodes").path)
    let name = try #require(names.max())
    let outcome = try imagine("--context", "1", "--episode", "other/episodes/\(name)")
    #expect(outcome.code == 65)
    #expect(
      outcome.errors.contains(
        "\(name): it is an episode of gridworld/Empty-6x6, not of gridworld/Empty-5x5; name an"))
  }

  @Test("errors are printed by horizon, beside two guesses")
  func errors() throws {
    let outcome = try imagine("--errors", "--sequences", "3", "--horizon", "4", "--json")
    #expect(outcome.code == 0)
    let object = try Shell.object(outcome.output)
    #expect(
      object.keys.sorted() == [
        "below_guesses", "horizon", "imagined", "last_frame", "mean_frame", "stretches",
      ])
    #expect(object["horizon"] as? [Int] == [1, 2, 3, 4])
    #expect((object["imagined"] as? [Double])?.allSatisfy { 0...1 ~= $0 } == true)
    #expect(object["below_guesses"] as? Bool == false)
    let text = try imagine("--errors", "--sequences", "3", "--horizon", "2").output
    #expect(text.split(separator: "\n").count == 5)
  }

  @Test(
    "what cannot be is an error with words and its exit code",
    arguments: [
      (["--out", "x.bmp"], 64, "x.bmp: its suffix says no kind of picture; use .png"),
      (["--out", "no/such/x.gif"], 74, "cannot be written (there is no folder "),
      (
        ["--context", "2000"], 64, "a context of 2000 steps leaves nothing to imagine of an episode"
      ),
      (["--context", "0"], 64, "--context must be 1 to 100000"),
      (["--context", "9223372036854775807"], 64, "--context must be 1 to 100000"),
      (["--horizon", "-3"], 64, "--horizon must be 1 to 10000"),
      (["--errors", "--horizon", "1000000000"], 64, "--horizon must be 1 to 10000"),
      (["--sequences", "4611686018427387904"], 64, "--sequences must be 1 to 1000"),
      (["--samples", "7"], 64, "--samples must be 1 to 6"),
      (["--scale", "100000"], 64, "--scale must be 1 to 64"),
      (["--fps", "1e-300"], 64, "--fps must be 0.1 to 50"),
      (["--fps", "nan"], 64, "--fps must be 0.1 to 50"),
      (["--window", "--fps", "1e-30"], 64, "--fps must be 0.1 to 50"),
      (["--scale", "64", "--horizon", "1", "--sequences", "30"], 64, "more than a GIF can have"),
      (["--episode", "x", "--policy", "agent"], 64, "--episode names what was played"),
      (["--errors", "--samples", "5"], 64, "--errors draws nothing: leave --samples"),
      (["--errors", "--image", "image"], 64, "--errors draws nothing: leave --samples"),
      (["--image", "nothing"], 64, "the world has no image “nothing”, but image"),
      (["--errors", "--out", "x.gif"], 64, "--errors draws nothing"),
      (["--episode", "run/config.yaml"], 65, "run/config.yaml"),
      (["--episode", "nowhere"], 66, "there is no such file"),
    ])
  func refused(arguments: [String], code: Int32, words: String) throws {
    let outcome = try shell.run(["imagine", "run"] + arguments)
    #expect(outcome.code == code)
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
    #expect(outcome.output == "")
    #expect(!(try shell.contents()).keys.contains { $0.hasPrefix("x.") || $0.hasSuffix(".gif") })
  }

  @Test("a file is no run, and neither is a folder without a checkpoint")
  func noRun() throws {
    let file = try shell.run("imagine", "run/config.yaml")
    #expect(file.code == 65)
    #expect(
      file.errors.hasSuffix("run/config.yaml: is a file; name a run folder or a checkpoint in it\n")
    )
    #expect(try shell.run("imagine", "nowhere").code == 66)
    #expect(try shell.run("imagine", "run/videos").code == 66)
  }

  @Test("a run whose environment is gone is named")
  func noEnvironment() throws {
    let url = shell.url("run/config.yaml")
    let text = try String(contentsOf: url, encoding: .utf8)
    try text.replacing("gridworld/Empty-5x5", with: "atari/pong")
      .write(to: url, atomically: true, encoding: .utf8)
    let outcome = try imagine()
    #expect(outcome.code == 65)
    #expect(
      outcome.errors.hasSuffix(
        "config.yaml: its environment “atari/pong” is not one of this program's; use the program "
          + "that trained it; `dreamer envs` lists what this one has\n"))
  }

  @Test("an output that cannot be replaced is an error")
  func unwritable() throws {
    // Folders are places for frames, unless their names end otherwise: a file must make way for one.
    try Data().write(to: shell.url("taken"))
    let outcome = try imagine("--horizon", "1", "--out", "taken/")
    #expect(outcome.code == 74)
    #expect(
      outcome.errors
        == "dreamer: \(shell.url("taken").path): cannot be written (File exists); a file has that "
        + "name: choose another\n")
  }

  /// A number of four bytes, so many bytes after the beginning of an atom's name.
  private func number(at offset: Int, of atom: String, in movie: Data) throws -> Int {
    let start = try #require(movie.range(of: Data(atom.utf8))).lowerBound + offset
    return movie[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
  }

  @Test("a movie needs ffmpeg, and its absence is told")
  func movie() throws {
    let has = FileManager.default.isExecutableFile(atPath: "/usr/bin/ffmpeg")
    let outcome = try imagine("--horizon", "2", "--sequences", "1", "--out", "x.mp4")
    if has {
      #expect(outcome.code == 0)
      let data = try #require(try shell.contents()["x.mp4"])
      #expect(data.dropFirst(4).prefix(4) == Data("ftyp".utf8))
      _ = try imagine("--horizon", "2", "--sequences", "1", "--out", "y.mp4")
      #expect(try shell.contents()["y.mp4"] == data)
      _ = try imagine("--horizon", "2", "--sequences", "1", "--fps", "40", "--out", "z.mp4")
      let fast = try #require(try shell.contents()["z.mp4"])
      // Ticks of a second, and those of a frame (ISO/IEC 14496-12: mdhd and stts).
      #expect(try number(at: 16, of: "mdhd", in: fast) == 40 * number(at: 16, of: "stts", in: fast))
    } else {
      #expect(outcome.code == 66)
      #expect(
        outcome.errors
          == "dreamer: ffmpeg: is not installed, and writes the MP4 files; install it (apt-get "
          + "install ffmpeg), or write a .gif\n")
    }
    #expect(!(try shell.contents()).keys.contains { $0.hasSuffix(".partial") })
  }
}
