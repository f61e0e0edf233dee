import EnvironmentInterface
import Randomness
import Testing

@Suite("Changed frames")
struct FrameWrapperTests {
  /// What the first frame of a film becomes.
  private func changed(_ film: Film, _ change: some FrameChange) throws -> [UInt8] {
    var world = ChangedFrames(film, change)
    return try world.play(0)[0].observation.images[0]
  }

  private func imageSize(of world: some Environment) -> [Int] {
    guard case .image(let height, let width, let channels) = world.observationSpaces[0].kind else {
      return []
    }
    return [height, width, channels]
  }

  // MARK: size

  @Test("a smaller image's pixels are the means of what they cover")
  func halved() throws {
    // Two rows of four pixels with two channels.
    let film = Film(
      height: 2, width: 4, channels: 2,
      [[0, 1, 10, 3, 100, 0, 200, 0, 20, 5, 30, 7, 100, 4, 200, 4]])
    // 660 / 8, rounded up, and 24 / 8; then a row and two columns each: (0 + 10) / 2, (1 + 3) / 2, …
    #expect(try changed(film, ResizedFrame(side: 1)) == [83, 3])
    #expect(
      try changed(film, ResizedFrame(side: 2)) == [
        5, 2, 150, 0, 25, 6, 150, 4,
      ])
  }

  @Test("pixels that are covered in part count in part")
  func threeToTwo() throws {
    // A new pixel covers one and a half of three: (0 + 60 / 2) / 1.5 = 20, (60 / 2 + 90) / 1.5 = 80.
    let row = Film(height: 1, width: 3, [[0, 60, 90]])
    #expect(try changed(row, ResizedFrame(side: 2)) == [20, 80, 20, 80])
    let column = Film(height: 3, width: 1, [[0, 60, 90]])
    #expect(try changed(column, ResizedFrame(side: 2)) == [20, 20, 80, 80])
  }

  @Test("a larger image repeats pixels and mixes them where its borders do not meet")
  func twoToThree() throws {
    let film = Film(height: 1, width: 2, [[10, 41]])
    // The middle is half of each, 25.5, rounded up.
    #expect(try changed(film, ResizedFrame(side: 3)) == [10, 26, 41, 10, 26, 41, 10, 26, 41])
  }

  @Test("the same size changes nothing, and one colour stays itself at any size")
  func same() throws {
    let frame = (0..<27).map { UInt8($0 * 9) }
    #expect(
      try changed(Film(height: 3, width: 3, channels: 3, [frame]), ResizedFrame(side: 3)) == frame)
    for side in [1, 2, 5, 7, 13] {
      let white = Film(height: 5, width: 7, [Array(repeating: 255, count: 35)])
      #expect(
        try changed(white, ResizedFrame(side: side)) == Array(repeating: 255, count: side * side))
    }
  }

  // MARK: grey

  @Test("grey is 0.299 red, 0.587 green and 0.114 blue")
  func gray() throws {
    let film = Film(
      height: 1, width: 5, channels: 3,
      [[255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 10, 20, 30]])
    // 76.245, 149.685, 29.07, 255, 2.99 + 11.74 + 3.42 = 18.15
    #expect(try changed(film, GrayFrame()) == [76, 150, 29, 255, 18])
    #expect(imageSize(of: ChangedFrames(film, GrayFrame())) == [1, 5, 1])
  }

  @Test("what has not three channels is grey already")
  func alreadyGray() throws {
    let film = Film(height: 1, width: 2, channels: 2, [[1, 2, 3, 4]])
    #expect(try changed(film, GrayFrame()) == [1, 2, 3, 4])
    #expect(imageSize(of: ChangedFrames(film, GrayFrame())) == [1, 2, 2])
  }

  // MARK: stack

  private let film = Film(height: 1, width: 2, [[1, 2], [3, 4], [5, 6], [7, 8]])

  @Test("a stack has the oldest frame's channels first, and an episode begins with its first frame")
  func stack() throws {
    var world = ChangedFrames(film, StackedFrames(count: 3))
    #expect(imageSize(of: world) == [1, 2, 3])
    let expected: [[UInt8]] = [
      [1, 1, 1, 2, 2, 2], [1, 1, 3, 2, 2, 4], [1, 3, 5, 2, 4, 6], [3, 5, 7, 4, 6, 8],
    ]
    #expect(try world.play(3).map(\.observation.images[0]) == expected)
  }

  @Test("channels of a frame stay side by side in a stack")
  func stackOfColours() throws {
    let film = Film(height: 1, width: 1, channels: 3, [[1, 2, 3], [4, 5, 6]])
    var world = ChangedFrames(film, StackedFrames(count: 2))
    #expect(
      try world.play(1).map(\.observation.images[0]) == [[1, 2, 3, 1, 2, 3], [1, 2, 3, 4, 5, 6]])
  }

  @Test("a reset in the midst of an episode forgets the frames")
  func stackForgets() throws {
    var world = ChangedFrames(film, StackedFrames(count: 2))
    _ = try world.play(2)
    #expect(
      try world.play(1).map(\.observation.images[0]) == [[1, 1, 2, 2], [1, 3, 2, 4]])
  }

  @Test("a copy has frames of its own")
  func copies() throws {
    var world = ChangedFrames(film, StackedFrames(count: 2))
    _ = try world.play(1)
    var (copy, observation) = (world, world.makeObservation())
    for _ in 0..<2 { _ = try copy.step(.discrete(0), into: &observation) }
    #expect(observation.images[0] == [5, 7, 6, 8])
    _ = try world.step(.discrete(0), into: &observation)
    #expect(observation.images[0] == [3, 5, 4, 6])
    #expect(observation.vectors == [[2]])
  }

  // MARK: together

  @Test("changes follow each other from the inside out, and vectors pass")
  func composed() throws {
    let colours = Film(
      height: 1, width: 2, channels: 3, [[255, 0, 0, 0, 255, 0], [0, 0, 0, 0, 0, 255]])
    var world = ChangedFrames(
      ChangedFrames(ChangedFrames(colours, GrayFrame()), ResizedFrame(side: 1)),
      StackedFrames(count: 2))
    // (76 + 150) / 2, then (0 + 29) / 2 rounded up.
    let played = try world.play(1)
    #expect(played.map(\.observation.images[0]) == [[113, 113], [113, 15]])
    #expect(played.map(\.observation.vectors[0]) == [[0], [1]])
    #expect(played.map(\.step.reward) == [0, 1])
  }

  @Test("several images are stacked each by itself")
  func severalImages() throws {
    var world = ChangedFrames(TwoFilms(), StackedFrames(count: 2))
    #expect(
      try world.play(2).map(\.observation.images) == [
        [[1, 1], [10, 10]], [[1, 2], [10, 20]], [[2, 3], [20, 30]],
      ])
  }
}

/// Two films side by side.
private struct TwoFilms: EnvironmentWrapper {
  var base = Film([[1], [2], [3]])
  private var other = Film([[10], [20], [30]])

  var observationSpaces: [ObservationSpace] {
    ["first", "second"].map {
      ObservationSpace(name: $0, kind: .image(height: 1, width: 1, channels: 1))
    }
  }

  mutating func reset(key: Key, into observation: inout Observation) throws -> Step {
    try both(in: &observation) { try $0.reset(key: key, into: &$1) }
  }

  mutating func step(_ action: Action, into observation: inout Observation) throws -> Step {
    try both(in: &observation) { try $0.step(action, into: &$1) }
  }

  private mutating func both(
    in observation: inout Observation, _ advance: (inout Film, inout Observation) throws -> Step
  ) throws -> Step {
    var (first, second) = (base.makeObservation(), other.makeObservation())
    let step = try advance(&base, &first)
    _ = try advance(&other, &second)
    observation.images = first.images + second.images
    return step
  }
}
