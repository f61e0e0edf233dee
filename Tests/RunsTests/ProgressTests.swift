import Runs
import Testing

/// A display with a clock and a size that the test changes.
private final class Screen {
  var time = Duration.zero
  var size = (rows: 24, columns: 80)
  var shown = ""

  func display(isTerminal: Bool, isColored: Bool = false) -> ProgressDisplay {
    ProgressDisplay(
      .init(
        isTerminal: isTerminal, isColored: isColored, size: { self.size },
        write: { self.shown += $0 }), now: { self.time })
  }

  /// What was written since the last call.
  func take() -> String {
    defer { shown = "" }
    return shown
  }
}

private func status(_ steps: Int, _ updates: Int, _ value: Double? = nil) -> ProgressStatus {
  ProgressStatus(steps: steps, totalSteps: 8000, updates: updates, score: value)
}

@Suite("Progress off a terminal")
struct PlainProgressTests {
  @Test("a line tells steps, updates, their rate, the return and the time left")
  func text() {
    let screen = Screen()
    let display = screen.display(isTerminal: false)
    display.update { status(0, 0) }
    screen.time = .seconds(20)
    display.update { status(400, 50, 0.834) }
    #expect(
      screen.shown == """
        0/8000 steps (0 %), 0 updates
        400/8000 steps (5 %), 50 updates, 2.50 updates/s, return 0.83, 7 min left

        """)
  }

  @Test("a line comes every ten seconds")
  func interval() {
    let screen = Screen()
    let display = screen.display(isTerminal: false)
    for second in 0...25 {
      screen.time = .seconds(second)
      display.update { status(second, 0) }
    }
    #expect(
      screen.shown.split(separator: "\n").map { $0.prefix { $0 != "/" } } == ["0", "10", "20"])
  }

  @Test("rates are those of the last minute, so a resumed run counts only its own")
  func window() {
    let screen = Screen()
    let display = screen.display(isTerminal: false)
    for (second, steps, updates) in [(0, 4000, 500), (50, 4000, 500), (100, 4100, 600)] {
      screen.time = .seconds(second)
      display.update { status(steps, updates) }
    }
    #expect(screen.shown.hasSuffix("600 updates, 2.00 updates/s, 33 min left\n"))
  }

  @Test(
    "the time left is in seconds, minutes or hours",
    arguments: [(2000, "30 s left"), (1000, "2 min left"), (10, "2 h 14 min left")])
  func timeLeft(steps: Int, text: String) {
    let screen = Screen()
    let display = screen.display(isTerminal: false)
    display.update { status(0, 0) }
    screen.time = .seconds(10)
    display.update { status(steps, 0) }
    #expect(screen.shown.hasSuffix(", \(text)\n"))
  }

  @Test("what is said is a line of its own, without escape sequences")
  func saying() {
    let screen = Screen()
    let display = screen.display(isTerminal: false)
    display.say("warning: something")
    display.finish(status(8000, 7))
    #expect(screen.shown == "warning: something\n8000/8000 steps (100 %), 7 updates\n")
  }
}

@Suite("Progress on a terminal")
struct ProgressPanelTests {
  private func detailed() -> ProgressStatus {
    var status = status(2000, 290, 0.834)
    status.details.bestScore = 0.911
    status.details.losses = [.init("image", 12.345), .init("rew", 0.2), .init("policy", -0.00012)]
    status.details.lines = [
      .init("KL", "3.21 nats, 1.00 free, 12 % of rows below"),
      .init("latents", "28 of 32 active, perplexity 3.10"),
      .init("memory", "553 MB, 12000 windows of replay"),
    ]
    return status
  }

  @Test("the panel shows all there is")
  func whole() {
    let screen = Screen()
    let display = screen.display(isTerminal: true)
    display.update { status(0, 0) }
    screen.time = .seconds(50)
    _ = screen.take()
    display.update(detailed)
    #expect(
      screen.take() == """
        \u{1B}[2F\u{1B}[J[##########..............................]  25 %  2000/8000 steps, 3 min left
        return  0.83, best 0.91   290 updates, 5.80 updates/s, 40.0 steps/s
        losses  image 12.35  rew 0.200  policy -1.2e-04
        KL      3.21 nats, 1.00 free, 12 % of rows below
        latents 28 of 32 active, perplexity 3.10
        memory  553 MB, 12000 windows of replay

        """)
  }

  @Test("what a run is judged by has the name that the run gives it")
  func score() {
    let status = ProgressStatus(
      steps: 10, totalSteps: 20, updates: 3, score: -81.25, scoreName: "likelihood")
    let (terminal, file) = (Screen(), Screen())
    terminal.display(isTerminal: true).finish(status)
    file.display(isTerminal: false).finish(status)
    #expect(terminal.shown.split(separator: "\n")[1] == "likelihood -81.25   3 updates")
    #expect(file.shown == "10/20 steps (50 %), 3 updates, likelihood -81.25\n")
  }

  @Test("it is redrawn five times a second, from where it began")
  func redrawing() {
    let screen = Screen()
    let display = screen.display(isTerminal: true)
    for milliseconds in stride(from: 0, through: 500, by: 100) {
      screen.time = .milliseconds(milliseconds)
      display.update { status(0, 0) }
    }
    let pieces = screen.take().split(separator: "\u{1B}[2F\u{1B}[J")
    #expect(pieces.count == 3)
    #expect(Set(pieces.dropFirst().map { $0.split(separator: "\n").count }) == [2])
  }

  @Test("no line is wider than the terminal, and no panel higher", arguments: [1, 2, 20, 40, 79])
  func narrow(columns: Int) {
    let screen = Screen()
    let display = screen.display(isTerminal: true)
    screen.size = (4, columns)
    display.update(detailed)
    let lines = screen.take().split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    #expect(lines.count == 3)
    #expect(lines.allSatisfy { $0.count < columns })
  }

  @Test("losses that have no room are left out whole")
  func losses() {
    let screen = Screen()
    screen.size.columns = 44
    screen.display(isTerminal: true).update(detailed)
    #expect(screen.shown.split(separator: "\n")[2] == "losses  image 12.35  rew 0.200")
  }

  @Test("after the terminal became narrower, the lines that it broke are cleared, too")
  func resizing() {
    let screen = Screen()
    let display = screen.display(isTerminal: true)
    display.update(detailed)
    let widths = screen.take().split(separator: "\n").map(\.count)
    screen.size.columns = 30
    screen.time = .seconds(1)
    display.update(detailed)
    let lines = widths.reduce(0) { $0 + ($1 + 29) / 30 }
    #expect(lines > widths.count)
    #expect(screen.take().hasPrefix("\u{1B}[\(lines)F\u{1B}[J"))
  }

  @Test("colours add escape sequences and no characters, and are closed on every line")
  func colors() {
    let (plain, colored) = (Screen(), Screen())
    plain.display(isTerminal: true).update(detailed)
    colored.display(isTerminal: true, isColored: true).update(detailed)
    #expect(!plain.shown.contains("\u{1B}"))
    #expect(colored.shown.contains("\u{1B}[1mreturn\u{1B}[0m  0.83"))
    #expect(colored.shown.replacing(/\u{1B}\[\d*m/, with: "") == plain.shown)
  }

  @Test("what is said stays above the panel, which comes back at once")
  func saying() {
    let screen = Screen()
    let display = screen.display(isTerminal: true)
    display.update { status(0, 0) }
    let panel = screen.take()
    display.say("warning: something")
    #expect(screen.take() == "\u{1B}[2F\u{1B}[Jwarning: something\n")
    display.update { status(0, 0) }
    #expect(screen.take() == panel)
  }
}
