import Statistics
import Testing

@Suite("the plane in which points vary most")
struct PrincipalPlaneTests {
  private func points(_ values: [Double], dimensions: Int) throws -> Points {
    try Points(values, dimensions: dimensions, name: "points")
  }

  @Test("points on a line lie along it, and the origin where it is")
  func line() throws {
    // (3, 4) · t + (1, 0) for t = -1, 0, 1: the mean is (1, 0).
    let plane = try PrincipalPlane(points([-2, -4, 1, 0, 4, 4], dimensions: 2))
    let along = plane.places.map { $0.x }
    #expect(zip(along, [-5, 0, 5]).allSatisfy { abs(abs($0) - abs($1)) < 1e-4 })
    #expect(along[0] * along[2] < 0)
    #expect(plane.places.allSatisfy { abs($0.y) < 1e-3 })
    #expect(abs(plane.shares[0] - 1) < 1e-5 && plane.shares[1] < 1e-5)
    // The origin is at (-1, 0) from the mean: (3, 4) / 5 · (-1, 0), with the axis' sign.
    let sign = along[2] > 0 ? 1.0 : -1
    #expect(abs(plane.origin.x + 0.6 * sign) < 1e-4)
  }

  @Test("distances in the plane are those of the space, where that is no larger")
  func distances() throws {
    let points = try self.points([0, 0, 3, 1, -1, 2, 4, -2], dimensions: 2)
    let plane = try PrincipalPlane(points)
    for a in 0..<4 {
      // From the origin, and from each other.
      let fromOrigin = square(plane.places[a], plane.origin)
      #expect(abs(fromOrigin - points[a].reduce(0) { $0 + $1 * $1 }) < 1e-3)
      for b in 0..<4 {
        let expected = zip(points[a], points[b]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        #expect(abs(square(plane.places[a], plane.places[b]) - expected) < 1e-3)
      }
    }
  }

  private func square(_ a: (x: Double, y: Double), _ b: (x: Double, y: Double)) -> Double {
    (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)
  }

  @Test("points of one dimension, and points that are all alike, have a plane too")
  func degenerate() throws {
    let one = try PrincipalPlane(points([1, 2, 6], dimensions: 1))
    #expect(one.places.allSatisfy { $0.y == 0 } && one.shares == [1])
    #expect(abs(abs(one.origin.x) - 3) < 1e-5)
    let same = try PrincipalPlane(points([2, 3, 2, 3], dimensions: 2))
    #expect(same.places.allSatisfy { $0.x == 0 && $0.y == 0 } && same.shares == [0, 0])
  }
}
