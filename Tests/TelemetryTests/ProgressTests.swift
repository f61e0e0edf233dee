import Telemetry
import Testing

@Suite("The progress line")
struct ProgressTests {
  /// A line with a clock that the test moves.
  private final class Setup {
    var time = Duration.zero
    var shown = ""

    func line(isTerminal: Bool) -> ProgressLine {
      ProgressLine(isTerminal: isTerminal, now: { self.time }, output: { self.shown += $0 })
    }
  }

  private func status(_ steps: Int, _ updates: Int, _ value: Double? = nil) -> ProgressStatus {
    ProgressStatus(
      environmentSteps: steps, totalSteps: 8000, updates: updates, episodeReturn: value)
  }

  @Test("it tells steps, updates, their rate, the return and the time left")
  func text() {
    let setup = Setup()
    let line = setup.line(isTerminal: false)
    line.update(status(0, 0))
    setup.time = .seconds(20)
    line.update(status(400, 50, 0.834))
    #expect(
      setup.shown == """
        0/8000 steps (0 %), 0 updates
        400/8000 steps (5 %), 50 updates, 2.50 updates/s, return 0.83, 7 min left

        """)
  }

  @Test("off a terminal a line comes every ten seconds")
  func plainInterval() {
    let setup = Setup()
    let line = setup.line(isTerminal: false)
    for second in 0...25 {
      setup.time = .seconds(second)
      line.update(status(second, 0))
    }
    #expect(
      setup.shown.split(separator: "\n").map { $0.prefix { $0 != "/" } } == ["0", "10", "20"])
  }

  @Test("on a terminal the line is rewritten, blanks cover a longer one, and the end ends it")
  func terminal() {
    let setup = Setup()
    let line = setup.line(isTerminal: true)
    line.update(status(0, 0, 0.5))
    line.update(status(1, 0, 0.5))
    line.finish(status(8000, 0))
    #expect(
      setup.shown == "\r0/8000 steps (0 %), 0 updates, return 0.50"
        + "\r8000/8000 steps (100 %), 0 updates" + String(repeating: " ", count: 8) + "\n")
  }

  @Test("rates are those of the last minute, so a resumed run counts only its own")
  func window() {
    let setup = Setup()
    let line = setup.line(isTerminal: false)
    line.update(status(4000, 500))
    setup.time = .seconds(50)
    line.update(status(4000, 500))
    setup.time = .seconds(100)
    line.update(status(4100, 600))
    #expect(setup.shown.hasSuffix("600 updates, 2.00 updates/s, 33 min left\n"))
  }

  @Test(
    "the time left is in seconds, minutes or hours",
    arguments: [(2000, "30 s left"), (1000, "2 min left"), (10, "2 h 14 min left")])
  func timeLeft(steps: Int, text: String) {
    let setup = Setup()
    let line = setup.line(isTerminal: false)
    line.update(status(0, 0))
    setup.time = .seconds(10)
    line.update(status(steps, 0))
    #expect(setup.shown.hasSuffix(", \(text)\n"))
  }
}
