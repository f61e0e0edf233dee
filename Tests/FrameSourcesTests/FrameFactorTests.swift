import FrameSources
import Testing

@Suite("Factors of numbers")
struct FrameFactorTests {
  @Test("few values are a class each, in ascending order")
  func fewValues() {
    let factor = FrameFactor.binned("speed", [2, -1, 0.5, 2, -1])
    #expect(
      factor
        == FrameFactor(name: "speed", classNames: ["-1", "0.500", "2"], values: [2, 0, 1, 2, 0]))
  }

  @Test("many values are in twenty bins of one width, of which empty ones do not count")
  func bins() {
    // 0 to 19 in steps of a half, so that a bin is 19 / 20 wide.
    let numbers = (0..<39).map { Double($0) / 2 }
    let factor = FrameFactor.binned("speed", numbers)
    #expect(factor?.classes == 20)
    #expect(factor?.values.prefix(5) == [0, 0, 1, 1, 2])
    #expect(factor?.values.last == 19)
    #expect(factor?.classNames.first == "0.000…0.950" && factor?.classNames.last == "18.05…19.00")
    let gap = FrameFactor.binned("speed", numbers + [190])
    // An edge belongs to the bin above it: 19 is alone in the third.
    #expect(
      gap?.classNames == ["0.000…9.500", "9.500…19.00", "19.00…28.50", "180.5…190.0"])
    #expect(gap?.values.suffix(2) == [2, 3])
    #expect(gap?.values[18] == 0 && gap?.values[19] == 1 && gap?.values[37] == 1)
  }

  @Test("what is not finite is a class of its own")
  func notFinite() {
    let few = FrameFactor.binned("speed", [1, .nan, .infinity, 0])
    #expect(few?.classNames == ["0", "1", "not finite"] && few?.values == [1, 2, 2, 0])
    let many = FrameFactor.binned("speed", (0..<40).map { Double($0) } + [.nan])
    #expect(many?.values.last == 20 && many?.classes == 21)
    let wide = FrameFactor.binned(
      "speed", (0..<30).map { Double($0) } + [-1.7e308, 1.7e308])
    #expect(wide?.values.prefix(2) == [1, 1] && wide?.values.suffix(2) == [0, 2])
  }

  @Test("what never changes is no factor")
  func constant() {
    #expect(FrameFactor.binned("speed", [3, 3, 3]) == nil)
    #expect(FrameFactor.binned("speed", [.nan, .nan]) == nil)
    #expect(FrameFactor.binned("speed", []) == nil)
  }
}
