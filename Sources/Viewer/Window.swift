internal import CSDL2
import Foundation
import Pictures

/// A window on the screen, by SDL 2, which is loaded when the first one is opened. The one file that
/// knows SDL. A window belongs to the thread that opened it; on macOS that must be the main one.
package final class Window {
  private let handle: OpaquePointer

  /// Opens a window.
  ///
  /// The environment variable `DREAMER_SDL` names the library's file where it is in no usual place.
  ///
  /// - Parameters:
  ///   - width: in points, which have several pixels on displays of high density; fewer where the
  ///     screen is smaller.
  /// - Throws: ``ViewerError`` where SDL is not installed or there is no display.
  package init(title: String, width: Int, height: Int) throws {
    let path = ProcessInfo.processInfo.environment["DREAMER_SDL"]
    if let reason = csd_load(path) {
      throw ViewerError(
        "SDL 2 is needed for a window, and \(path.map { "\($0): " } ?? "")\(String(cString: reason))",
        remedy: path == nil
          ? "install it with `apt-get install libsdl2-2.0-0`" : "correct or unset DREAMER_SDL")
    }
    guard let handle = csd_open(title, Int32(width), Int32(height)) else {
      throw ViewerError(
        "no window can be opened (SDL: \(String(cString: csd_error())))", remedy: Self.remedy)
    }
    self.handle = handle
  }

  deinit { csd_close(handle) }

  /// What helps where no window can be opened.
  private static var remedy: String {
    ProcessInfo.processInfo.environment["SDL_VIDEODRIVER"].map {
      "correct or unset SDL_VIDEODRIVER, which is “\($0)”"
    } ?? "run this on a desktop, or set DISPLAY or WAYLAND_DISPLAY to one"
  }

  package func setTitle(_ title: String) { csd_set_title(handle, title) }

  /// Its size in pixels.
  /// - Throws: ``ViewerError``.
  package func size() throws -> (width: Int, height: Int) {
    var (width, height): (Int32, Int32) = (0, 0)
    guard csd_size(handle, &width, &height) else { throw Self.failure("has no size") }
    return (max(1, Int(width)), max(1, Int(height)))
  }

  /// Shows a picture; one of another size than the window's is stretched.
  /// - Throws: ``ViewerError``.
  package func show(_ picture: Picture) throws {
    let pixels = picture.colored.pixels
    guard csd_show(handle, pixels, Int32(picture.width), Int32(picture.height)) else {
      throw Self.failure("cannot be drawn")
    }
  }

  private static func failure(_ problem: String) -> ViewerError {
    if csd_is_lost() {
      return ViewerError(
        "the window is gone (\(String(cString: csd_error())))",
        remedy: "see whether the display is still there")
    }
    return ViewerError(
      "the window \(problem) (SDL: \(String(cString: csd_error())))",
      remedy: "see whether the display is still there")
  }

  /// The next event, or nil where none comes in time.
  /// - Parameter limit: how long to wait; zero does not wait.
  /// - Throws: ``ViewerError`` where the display is lost.
  package func nextEvent(within limit: Duration) throws -> WindowEvent? {
    let deadline = ContinuousClock.now + limit
    var event = csd_event()
    repeat {
      let left = max(.zero, deadline - ContinuousClock.now)
      // Up to the next whole millisecond, the unit of the wait.
      let milliseconds = (left / .milliseconds(1)).rounded(.up)
      let hasCome = csd_wait(&event, Int32(min(milliseconds, 1e6)))
      if csd_is_lost() { throw Self.failure("is gone") }
      guard hasCome else { continue }
      if let event = Self.event(event) { return event }
    } while ContinuousClock.now < deadline
    return nil
  }

  private static func event(_ event: csd_event) -> WindowEvent? {
    switch event.kind {
    case csd_closed: return .closed
    case csd_resized, csd_exposed: return .needsDrawing
    case csd_unfocused: return .lostFocus
    default: break
    }
    guard let key = keystroke(event.key, hasShift: event.has_shift) else { return nil }
    if event.kind == csd_key_up { return .released(key) }
    return event.is_repeated ? .repeated(key) : .pressed(key)
  }

  /// The key of SDL's key code (SDL_keycode.h): a character, or bit 30 and a place on the keyboard.
  package static func keystroke(_ code: Int32, hasShift: Bool) -> Keystroke? {
    switch code {
    case 0x2F where hasShift: return .character("?")
    case 8: return .backspace
    case 9: return .tab
    case 13, 0x4000_0058: return .enter
    case 27: return .escape
    case 0x20...0x7E: return Unicode.Scalar(UInt32(code)).map { .character(Character($0)) }
    case 0x4000_004F: return .right
    case 0x4000_0050: return .left
    case 0x4000_0051: return .down
    case 0x4000_0052: return .up
    case 0x4000_004A: return .home
    case 0x4000_004D: return .end
    case 0x4000_004B: return .pageUp
    case 0x4000_004E: return .pageDown
    case 0x4000_003A...0x4000_0045: return .function(Int(code - 0x4000_003A) + 1)
    default: return nil
    }
  }
}
