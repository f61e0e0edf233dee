import Files
import Foundation

/// Pieces of HTML.
package enum HTML {
  /// Text as it stands in an element or in an attribute between quotes. Control characters and changes
  /// of direction are shown, not sent to the browser.
  package static func escaped(_ text: some StringProtocol) -> String {
    var result = String.UnicodeScalarView()
    // Scalars: a browser ends an attribute at a quote whatever accent follows.
    for scalar in ForeignText.visible(text, keepingLines: true).unicodeScalars {
      switch scalar {
      case "&": result.append(contentsOf: "&amp;".unicodeScalars)
      case "<": result.append(contentsOf: "&lt;".unicodeScalars)
      case ">": result.append(contentsOf: "&gt;".unicodeScalars)
      case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
      case "'": result.append(contentsOf: "&#39;".unicodeScalars)
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  /// Bytes as an address that needs no network.
  static func dataAddress(_ data: Data, type: String) -> String {
    "data:\(type);base64,\(data.base64EncodedString())"
  }

  /// An image of which pixels stay square.
  static func image(
    _ data: Data, type: String, alternative: String, width: Int, height: Int
  ) -> String {
    "<img src=\"\(dataAddress(data, type: type))\" alt=\"\(escaped(alternative))\" "
      + "width=\"\(width)\" height=\"\(height)\" loading=\"lazy\">"
  }

  /// A table whose first cells of rows are headings.
  ///
  /// - Parameters:
  ///   - caption: what it holds, for those who cannot see it.
  ///   - rows: cells in HTML.
  static func table(
    _ caption: String, head: [String], rows: [[String]], class style: String = ""
  ) -> String {
    let heading = head.map { "<th scope=\"col\">\($0)</th>" }.joined()
    let body = rows.map { row in
      let cells = row.enumerated().map { index, cell in
        index == 0 ? "<th scope=\"row\">\(cell)</th>" : "<td>\(cell)</td>"
      }
      return "<tr>\(cells.joined())</tr>"
    }
    return
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"\(escaped(caption))\">"
      + "<table class=\"\(style)\"><caption>\(escaped(caption))</caption>"
      + "<thead><tr>\(heading)</tr></thead><tbody>\(body.joined(separator: "\n"))</tbody>"
      + "</table></div>"
  }

  /// Something that is shown when it is asked for.
  static func folded(_ summary: String, _ body: String) -> String {
    "<details><summary>\(escaped(summary))</summary>\(body)</details>"
  }

  /// Why something is not here.
  static func missing(_ reason: String) -> String {
    "<p class=\"missing\">\(escaped(reason))</p>"
  }

  static func note(_ text: String) -> String { "<p class=\"note\">\(escaped(text))</p>" }
}

/// A part of the page with a heading.
struct PageSection {
  /// What links to it name.
  let id: String
  let title: String
  /// HTML.
  let body: String
}
