import AutoencoderTraining
import TestSupport
import Testing

@Suite("latents between two")
struct InterpolationTests {
  @Test("a line goes straight, an arc keeps its length, and both end where they should")
  func between() {
    let (a, b): ([Float], [Float]) = ([2, 0], [0, 2])
    #expect(largestError(Interpolation.linear.between(a, b, at: 0.25), [1.5, 0.5]) < 1e-6)
    let half = Float(2).squareRoot()
    #expect(largestError(Interpolation.spherical.between(a, b, at: 0.5), [half, half]) < 1e-6)
    // A third of a right angle: 30°.
    let third = Interpolation.spherical.between(a, b, at: 1.0 / 3)
    #expect(largestError(third, [Float(3).squareRoot(), 1]) < 1e-6)
    for way in Interpolation.allCases {
      #expect(largestError(way.between(a, b, at: 0), a) < 1e-6)
      #expect(largestError(way.between(a, b, at: 1), b) < 1e-6)
    }
  }

  @Test("where there is no arc, it is the line: one direction, opposite ones, none")
  func degenerate() {
    for b: [Float] in [[4, 0], [-2, 0], [0, 0]] {
      let found = Interpolation.spherical.between([2, 0], b, at: 0.5)
      #expect(largestError(found, Interpolation.linear.between([2, 0], b, at: 0.5)) < 1e-6)
    }
  }
}
