import Testing
import Viewer

@Suite("Player")
struct PlayerTests {
  private typealias Command = Player.Command

  @Test("frames are shown one after the other, and new ones are wanted after the newest")
  func ticks() {
    var player = Player()
    #expect(player.tick(count: 3) == .drawing && player.position == 1)
    #expect(player.tick(count: 3) == .drawing && player.position == 2)
    #expect(player.tick(count: 3) == .frame && player.position == 2)
    player.showNewest(of: 4)
    #expect(player.position == 3)
    player.showFirst()
    #expect(player.position == 0 && !player.isPaused)
  }

  @Test("at rest nothing goes on, until it is told to")
  func pause() {
    var player = Player()
    #expect(player.obey(.pause, count: 3) == .drawing && player.isPaused)
    #expect(player.tick(count: 3) == .nothing && player.position == 0)
    #expect(player.obey(.pause, count: 3) == .drawing && !player.isPaused)
    #expect(player.tick(count: 3) == .drawing)
  }

  @Test("single steps rest; the one beyond the newest frame makes another")
  func steps() {
    var player = Player()
    #expect(player.obey(.move(1), count: 2) == .drawing && player.position == 1)
    #expect(player.isPaused)
    #expect(player.obey(.move(1), count: 2) == .frame && player.position == 1)
    #expect(player.obey(.move(-1), count: 2) == .drawing && player.position == 0)
    #expect(player.obey(.move(-1), count: 2) == .drawing && player.position == 0)
  }

  @Test("seeking stays within the episode")
  func seek() {
    var player = Player()
    #expect(player.obey(.move(10), count: 25) == .drawing && player.position == 10)
    _ = player.obey(.move(10), count: 25)
    _ = player.obey(.move(10), count: 25)
    #expect(player.position == 24)
    _ = player.obey(.move(-10), count: 25)
    #expect(player.position == 14)
    _ = player.obey(.first, count: 25)
    #expect(player.position == 0 && player.isPaused)
    _ = player.obey(.newest, count: 25)
    #expect(player.position == 24)
  }

  @Test("speed doubles and halves, within bounds")
  func speed() {
    var player = Player()
    _ = player.obey(.faster, count: 1)
    #expect(player.speed == 2 && player.interval(0.1) == 0.05)
    for _ in 0..<20 { _ = player.obey(.faster, count: 1) }
    #expect(player.speed == 64)
    for _ in 0..<20 { _ = player.obey(.slower, count: 1) }
    #expect(player.speed == 1.0 / 16 && player.interval(1) == 16)
    #expect(!player.isPaused)
  }

  @Test("who acts is at the newest frame, and it goes on")
  func resume() {
    var player = Player()
    _ = player.obey(.first, count: 5)
    player.resume(count: 5)
    #expect(player.position == 4 && !player.isPaused)
  }

  @Test("a key that is pressed and released between two frames counts for the next, once")
  func held() {
    var keys = HeldKeys()
    keys.press(.left)
    keys.press(.up)
    keys.release(.left)
    #expect(keys.take() == [.left, .up])
    #expect(keys.take() == [.up])
    keys.press(.right)
    keys.forget()
    #expect(keys.take() == [])
  }

  @Test("keys that a film has for itself are not the player's in the help")
  func keys() {
    #expect(PlayerKeys.meaning(of: .tab) == .player(.pause))
    #expect(PlayerKeys.meaning(of: .character(".")) == .player(.move(1)))
    #expect(PlayerKeys.meaning(of: .character("x")) == nil)
    let own = [KeyHelp([.left], "left"), KeyHelp([.character(" "), .character("s")], "down")]
    let help = PlayerKeys.help(beside: own)
    #expect(help.prefix(2) == own[...])
    #expect(help[2] == KeyHelp([.tab], "pause, or go on"))
    #expect(help.contains(KeyHelp([.character(",")], "one frame back")))
    #expect(help.contains(KeyHelp([.function(12)], "save a picture (.png)")))
    #expect(PlayerKeys.help(beside: []).flatMap(\.keys).count == 22)
    let unpaced = PlayerKeys.help(beside: [], isPaced: false)
    #expect(
      Set(PlayerKeys.help(beside: [])).subtracting(unpaced).map(\.meaning).sorted() == [
        "half as fast", "pause, or go on", "twice as fast",
      ])
  }
}
