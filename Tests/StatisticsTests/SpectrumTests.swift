import Foundation
import Randomness
import Statistics
import Testing

@Suite("Spectra of images")
struct SpectrumTests {
  /// `[H, W]` of `5 + 2 cos(…)`.
  private func wave(height: Int, width: Int, down: Int, across: Int) -> [Float] {
    (0..<height * width).map { place in
      let (y, x) = (Double(place / width), Double(place % width))
      let turns = Double(down) * y / Double(height) + Double(across) * x / Double(width)
      return Float(5 + 2 * cos(2 * .pi * turns))
    }
  }

  struct Case: Sendable {
    let size: (height: Int, width: Int)
    let waves: (down: Int, across: Int)
    let frequency: Int
  }

  @Test(
    "a wave of amplitude 2 has power 2 at its frequency alone",
    arguments: [
      Case(size: (16, 16), waves: (0, 3), frequency: 3),
      Case(size: (16, 16), waves: (3, 0), frequency: 3),
      Case(size: (16, 16), waves: (-4, 3), frequency: 5),
      Case(size: (15, 15), waves: (2, 0), frequency: 2),
      Case(size: (9, 7), waves: (0, 3), frequency: 3),
      // Cycles over the shorter side: 6 over 12 are 4 over 8.
      Case(size: (8, 12), waves: (0, 3), frequency: 2),
    ])
  func waves(_ test: Case) throws {
    let pixels = wave(
      height: test.size.height, width: test.size.width, down: test.waves.down,
      across: test.waves.across)
    let spectrum = try RadialSpectrum(
      pixels, height: test.size.height, width: test.size.width, channels: 1)
    for (frequency, power) in spectrum.power.enumerated() {
      let expected = frequency == 0 ? 25.0 : frequency == test.frequency ? 2 : 0
      #expect(abs(power - expected) < 1e-4, "frequency \(frequency)")
    }
  }

  @Test("the finest stripes, of one pixel each, have their power at half the side")
  func stripes() throws {
    let pixels = (0..<64).map { Float($0 % 2 == 0 ? 1 : -1) }
    let spectrum = try RadialSpectrum(pixels, height: 8, width: 8, channels: 1)
    #expect(abs(spectrum.power[4] - 1) < 1e-5 && spectrum.power.reduce(0, +) < 1.00001)
  }

  @Test(
    "all frequencies together have the pixels' mean square",
    arguments: [(1, 1, 1), (1, 5, 2), (7, 4, 3), (8, 8, 1), (13, 9, 2)])
  func parseval(height: Int, width: Int, channels: Int) throws {
    let pixels = standardNormals(
      rows: 3, columns: height * width * channels, key: Key(seed: 1))
    let spectrum = try RadialSpectrum(pixels, height: height, width: width, channels: channels)
    let square = pixels.reduce(0.0) { $0 + Double($1 * $1) } / Double(pixels.count)
    #expect(abs(spectrum.power.reduce(0, +) / square - 1) < 1e-5)
    #expect(spectrum.images == 3)
  }

  private func blur(_ data: [Float], _ reconstructions: [Float]) throws -> Blur {
    try Blur(
      data: RadialSpectrum(data, height: 16, width: 16, channels: 1),
      reconstructions: RadialSpectrum(reconstructions, height: 16, width: 16, channels: 1))
  }

  @Test("reconstructions without the fine wave are blurred above the coarse one")
  func fineWave() throws {
    let coarse = wave(height: 16, width: 16, down: 2, across: 0)
    let fine = wave(height: 16, width: 16, down: 0, across: 6)
    let blur = try blur(zip(coarse, fine).map { $0 + $1 }, coarse.map { $0 + 5 })
    // Above 2, the data has the fine wave alone.
    #expect(blur.halfPowerFrequency == 2)
    #expect(
      blur.sentence
        == "blur: above 2 of 11 cycles a picture less than half of the data's power is left")
    #expect(abs(try #require(blur.ratios[2]) - 1) < 1e-4)
    #expect(try #require(blur.ratios[6]) < 1e-4)
    // The data has nothing there.
    #expect(blur.ratios[4] == nil)
  }

  @Test("the data itself is not blurred; a grey image has lost all contrast")
  func extremes() throws {
    let data = wave(height: 16, width: 16, down: 1, across: 3)
    let same = try blur(data, data)
    #expect(same.halfPowerFrequency == nil && same.sentence.hasPrefix("blur: none"))
    let grey = try blur(data, data.map { _ in 5 })
    #expect(grey.halfPowerFrequency == 0)
    #expect(grey.sentence == "blur: less than half of the data's contrast is left")
    // Without contrast in the data there is none to lose.
    #expect(try blur(data.map { _ in 5 }, data.map { _ in 5 }).halfPowerFrequency == nil)
  }

  @Test("pixels that are no numbers are refused with their image")
  func refusals() {
    let error = #expect(throws: StatisticsError.self) {
      try RadialSpectrum([0, 1, 2, .nan], height: 1, width: 2, channels: 1)
    }
    #expect(error?.problem == "image 1 holds nan")
    #expect(throws: StatisticsError.self) {
      try RadialSpectrum([], height: 1, width: 2, channels: 1)
    }
  }
}
