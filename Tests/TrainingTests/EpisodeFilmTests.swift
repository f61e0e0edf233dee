import EnvironmentInterface
import Testing
import Training

@Suite("The film of an episode")
struct EpisodeFilmTests {
  private let spaces = [
    ObservationSpace(name: "state", kind: .vector(count: 1)),
    ObservationSpace(name: "image", kind: .image(height: 1, width: 1, channels: 1)),
  ]

  private func film(_ count: Int) -> EpisodeFilm {
    var film = EpisodeFilm(spaces)
    var observation = Observation(spaces: spaces)
    for number in 0..<count {
      observation.images[0] = [UInt8(number)]
      film.add(observation, isFirst: number == 0)
    }
    return film
  }

  @Test(
    "frames are evenly spaced from the first, and never more than 32",
    arguments: [(3, 1), (32, 1), (33, 2), (64, 2), (65, 4), (200, 8)])
  func spacing(count: Int, spacing: Int) {
    let frames = film(count).frames
    #expect(frames == stride(from: 0, to: count, by: spacing).map { [UInt8($0)] })
    #expect(frames.count <= EpisodeFilm.capacity)
  }

  @Test("an episode's film begins with it")
  func beginning() {
    var film = film(5)
    film.add(Observation(spaces: spaces), isFirst: true)
    #expect(film.frames == [[0]])
  }

  @Test("its picture has eight frames in a row")
  func picture() throws {
    let picture = try #require(film(9).picture)
    #expect((picture.height, picture.width) == (3, 15))
    #expect(EpisodeFilm([spaces[0]]).picture == nil)
  }
}
