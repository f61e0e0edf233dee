import Statistics
import Testing

@Suite("Usage of codes and errors of images")
struct CodeUsageTests {
  @Test("two codes of four, used alike, are as good as two")
  func even() {
    let usage = CodeUsage(counts: [3, 0, 3, 0])
    #expect(abs(usage.perplexity - 2) < 1e-12 && usage.used == 2 && usage.deadShare == 0.5)
    #expect(
      usage.sentence
        == "codes: 2 of 4 used, perplexity 2.0, as if 2 were used equally often")
  }

  @Test("a code that is always used has perplexity 1, and no choice none")
  func extremes() {
    #expect(
      CodeUsage(counts: [0, 7, 0]).sentence
        == "codes: 1 of 3 used, perplexity 1.0, as if 1 was always used")
    #expect(CodeUsage(codes: 3).perplexity == 0)
    #expect(CodeUsage(codes: 3).sentence == "codes: none of 3 used, for none was chosen")
  }

  @Test("parts of an epoch add up, and fewer choices than codes are pointed out")
  func sums() throws {
    var usage = CodeUsage(codes: 5)
    try usage.add([0, 4])
    var more = CodeUsage(codes: 5)
    try more.add([4])
    usage.add(more)
    #expect(usage.counts == [1, 0, 0, 0, 2] && usage.choices == 3)
    #expect(usage.sentence.hasSuffix("; 3 choices cannot use all of them"))
    #expect(throws: StatisticsError.self) { try usage.add([5]) }
  }

  @Test("an error of 10 in every second byte is 31.1 decibels below the peak")
  func signalToNoise() throws {
    let error = try ImageError([0, 10, 255, 7], [10, 10, 245, 7])
    #expect(error.meanSquaredError == 50)
    // 10 log₁₀(65025 / 50).
    #expect(abs(error.peakSignalToNoiseRatio - 31.1411) < 1e-3)
    #expect(error.sentence == "PSNR 31.1 dB (mean squared error 50.0 of 65025)")
    #expect(try ImageError([1, 2], [1, 2]).sentence == "PSNR infinite: the images are equal")
    #expect(throws: StatisticsError.self) { try ImageError([], []) }
  }
}
