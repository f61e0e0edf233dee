import Foundation
import Testing

/// A run of a moment whose folder somebody else has put something into.
private let training =
  "train --env gridworld/Empty-5x5 --preset debug --logdir run --set run.save_every=50 "
  + "run.report_every=0 replay.chunksize=32 env.wrap.time_limit=40"

@Suite("Files of others")
struct ForeignFileTests {
  let shell: Shell

  init() throws { shell = try Shell() }

  private func text(_ path: String) throws -> String {
    try String(contentsOf: shell.url(path), encoding: .utf8)
  }

  @Test("a folder with frames of another program is refused, and nothing in it changes")
  func foreignFrames() throws {
    try shell.train("--steps", "20")
    let outcome = try shell.script(
      """
      mkdir -p out/frame-777.png links; echo keep > out/frame-777.png/data.txt
      echo keep > out/frame-900.png; echo keep > victim; ln -s ../victim links/frame-001.png
      for folder in out links; do $D imagine run --horizon 1 --out $folder/; echo $?; done
      """)
    #expect(outcome.output == "64\n64\n", "\(outcome.errors)")
    #expect(outcome.errors.contains("frame-777.png: was not written by this program"))
    #expect(outcome.errors.contains("choose a new folder, or move that file elsewhere"))
    for path in [
      "out/frame-900.png", "out/frame-777.png/data.txt", "victim", "links/frame-001.png",
    ] {
      #expect(try text(path) == "keep\n")
    }
    #expect(!FileManager.default.fileExists(atPath: shell.url("out/frame-001.png").path))
  }

  @Test("frames of an earlier, longer film go, and files of other names stay")
  func ownFrames() throws {
    try shell.train("--steps", "20")
    let outcome = try shell.script(
      """
      $D imagine run --context 1 --horizon 6 --sequences 1 --out out/ && echo keep > out/frame-1.png
      ls out | wc -l; $D imagine run --context 1 --horizon 2 --sequences 1 --out out/ && ls out
      """)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(
      outcome.output.split(separator: "\n").suffix(4)
        == ["frame-001.png", "frame-002.png", "frame-003.png", "frame-1.png"], "\(outcome.output)")
    #expect(outcome.output.contains("\n8\n"))
  }

  @Test("a temporary name that is a link to a file outside is not written through")
  func linkedTemporaries() throws {
    // The names that versions before this one took, and those that are taken now.
    let outcome = try shell.script(
      """
      $D \(training) --steps 100 2>&1; seq 1000 > victim; cp victim copy
      for end in partial dreamer-1.partial; do
        for name in run/config.yaml run/videos/150-image.png run/videos/125-image.gif page.html x.png \\
          run/checkpoints/150 y.gif; do ln -s "$PWD/victim" $name.$end; done
      done
      mkfifo z.png.dreamer-1.partial
      $D train --resume --logdir run --steps 150 --set run.report_every=25 &&
      $D report run --files-only --out page.html &&
      for name in x.png y.gif z.png; do
        $D imagine run --out $name --context 2 --horizon 3 || exit 1
      done
      $D inspect run
      """)
    #expect(outcome.code == 0, "\(outcome.output)\(outcome.errors)")
    #expect(try text("victim") == text("copy"))
    #expect(try text("page.html").contains("</html>"))
  }

  @Test(
    "a file or folder of a run that is a link is refused, and nothing is written through it",
    arguments: [
      "metrics.jsonl", "scores.jsonl", "events.out.tfevents.dreamer", "replay/latents",
      "config.yaml",
      "checkpoints", "replay", "videos",
    ])
  func links(name: String) throws {
    let outcome = try shell.script(
      """
      $D \(training) --steps 100 2>&1; mv run/\(name) outside; ln -s "$PWD/outside" run/\(name)
      cp -r outside copy; $D train --resume --logdir run --steps 150; code=$?
      diff -r outside copy && exit $code
      """)
    #expect(outcome.code == 65)
    #expect(
      outcome.errors.hasSuffix(
        "\(name): is a link, and nothing is written through links; put what it points to in its "
          + "place\n"), "\(outcome.errors)")
  }

  @Test("where a run begins, a link in the place of one of its files is refused")
  func linksAtTheBeginning() throws {
    let outcome = try shell.script(
      """
      seq 1000 > victim; cp victim copy
      for name in events.out.tfevents.dreamer replay/latents; do
        mkdir -p r/replay r/checkpoints; ln -s "$PWD/victim" r/$name
        $D train --env gridworld/Empty-5x5 --preset debug --logdir r --resume --steps 100; echo $?
        rm -r r
      done
      cmp victim copy
      """)
    #expect(outcome.output == "65\n65\n" && outcome.code == 0, "\(outcome.errors)")
  }

  @Test("a copy of a run whose files have second names does not change with the run")
  func hardLinks() throws {
    let outcome = try shell.script(
      """
      $D \(training) --steps 100 2>&1; cp -al run backup; cp -r run copy
      $D train --resume --logdir run --steps 150; code=$?; diff -r backup copy && exit $code
      """)
    #expect(outcome.code == 65)
    #expect(outcome.errors.contains("has a second name elsewhere (a hard link)"))
  }

  @Test("a run folder that is reached through a link is a run folder")
  func linkToRun() throws {
    let outcome = try shell.script(
      """
      mkdir real; ln -s real run; $D \(training) --steps 60 && ln -sfn real latest &&
      $D train --resume --logdir latest --steps 100 && $D inspect latest && ls real/checkpoints
      """)
    #expect(outcome.code == 0 && outcome.output.hasSuffix("100\n"), "\(outcome.errors)")
  }

  @Test("what others put among checkpoints and replay stays when old ones go")
  func notes() throws {
    let outcome = try shell.script(
      """
      $D \(training) --steps 100 2>&1
      for path in checkpoints/notes.partial checkpoints/100/notes replay/mine.chunk replay/._3.chunk \\
        checkpoints/.DS_Store replay/.DS_Store .DS_Store Thumbs.db config.yaml~ .config.yaml.swp; do
        echo keep > run/$path
      done
      mkdir run/checkpoints/lost+found
      $D train --resume --logdir run --steps 200 && $D inspect run && ls run/checkpoints/100
      """)
    #expect(outcome.code == 0, "\(outcome.output)\(outcome.errors)")
    #expect(outcome.output.hasSuffix("problems     none\nnotes\n"), "\(outcome.output)")
    let kept = try shell.contents().filter { $0.value == Data("keep\n".utf8) }
    #expect(kept.count == 10, "\(kept.keys)")
  }

  @Test("stray files of other systems among recordings are passed over")
  func recordings() throws {
    let outcome = try shell.script(
      """
      $D train --env gridworld/Empty-5x5 --preset debug --logdir a --steps 300 --set \\
        env.wrap.record=episodes || exit
      for name in .DS_Store ._x.safetensors Thumbs.db x.safetensors~ .x.safetensors.swp; do
        echo keep > a/episodes/$name
      done
      $D train --env gridworld/Empty-5x5 --preset debug --logdir b --steps 20 --set \\
        replay.preload=a/episodes
      """)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(try text("a/episodes/._x.safetensors") == "keep\n")
  }

  @Test("two that write one page at once end with one whole page")
  func twoAtOnce() throws {
    try shell.train("--steps", "20")
    let outcome = try shell.script(
      """
      for number in 1 2 3 4; do $D report run --files-only --out page.html & pids="$pids $!"; done
      for pid in $pids; do wait $pid || exit 1; done
      tail -c 8 page.html; ls
      """)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.hasSuffix("</html>\npage.html\nrun\n"), "\(outcome.output)")
  }

  @Test("a movie is written over no link, and a broken ffmpeg leaves nothing")
  func movie() throws {
    try shell.train("--steps", "20")
    // Does what ffmpeg does with its output: the last argument is opened and cut.
    let outcome = try shell.script(
      """
      mkdir bin; echo keep > victim
      printf '#!/bin/bash\\ncat | wc -c > "${@: -1}"\\n' > bin/ffmpeg; chmod +x bin/ffmpeg
      for end in partial dreamer-1.partial; do ln -s victim x.mp4.$end; done; ln -s victim x.mp4
      PATH=$PWD/bin:$PATH; $D imagine run --horizon 1 --out x.mp4 && cat x.mp4 victim &&
      printf '#!/bin/bash\\ncat > /dev/null; echo no room >&2; exit 1\\n' > bin/ffmpeg
      $D imagine run --horizon 1 --out y.mp4; echo $?; ls
      """)
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.dropFirst(2).first == "keep", "\(outcome.output)\(outcome.errors)")
    #expect(Int(lines.dropFirst().first ?? "").map { $0 > 10_000 } == true)
    #expect(lines.contains("74") && outcome.errors.contains("ffmpeg could not write it (no room)"))
    #expect(!outcome.output.contains("y.mp4") && !outcome.output.contains("dreamer-1"))
  }

  @Test(
    "pipes, devices and folders are no places for a file, which is told before the work",
    arguments: ["imagine nowhere --out x.gif", "report nowhere --out x.html"])
  func noPlaces(command: String) throws {
    let outcome = try shell.script(
      """
      mkfifo x.gif x.html; $D \(command); echo $?; rm x.gif x.html
      mkdir x.html; $D report nowhere --out x.html; echo $?
      """)
    #expect(outcome.output == "74\n74\n")
    #expect(outcome.errors.contains("(it is a pipe or a device, which no whole file can replace)"))
    #expect(outcome.errors.contains("x.html: cannot be written (Is a directory); it is a folder"))
  }
}

@Suite("What other programs pipe in")
struct PipeTests {
  @Test("configurations, tensors, episodes and golden files are read through pipes")
  func pipes() throws {
    let shell = try Shell()
    let golden = Shell.fixture("golden/tiny-discrete.safetensors").path
    let outcome = try shell.script(
      """
      set -e
      train() { $D train --env gridworld/Empty-5x5 --preset debug --steps 20 "$@" 2>&1; }
      train --logdir run --config <(echo 'seed: 5') --set env.wrap.record=episodes run.steps=300
      grep -x 'seed: 5' run/config.yaml
      parameters=$(echo run/checkpoints/*/parameters.safetensors)
      train --logdir new --from <(cat $parameters) | grep starting
      $D inspect <(cat $parameters) | tail -1
      $D inspect /dev/stdin < $parameters | tail -1
      $D verify <(cat '\(golden)') | tail -1
      $D imagine run --context 1 --episode <(cat $(ls run/episodes/* | head -1)) --out x.png
      """)
    #expect(outcome.code == 0, "\(outcome.output)\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.filter { $0 == "  problems     none" }.count == 2, "\(outcome.output)")
    #expect(lines.contains { $0.hasPrefix("note: starting from /dev/fd/") })
    #expect(lines.last?.hasPrefix("x.png: 1 episodes of ") == true)
  }
}
