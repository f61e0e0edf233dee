/// The whole file.
struct Page {
  let title: String
  /// What runs are of, in a sentence.
  let lead: String
  let sections: [PageSection]

  /// Nothing is fetched from anywhere, and the browser sees to it.
  private static let policy =
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"

  var html: String {
    let title = HTML.escaped(title)
    let links = sections.map { "<a href=\"#\($0.id)\">\(HTML.escaped($0.title))</a>" }
    let parts = sections.map { section in
      "<section id=\"\(section.id)\"><h2>\(HTML.escaped(section.title))</h2>\n\(section.body)"
        + "</section>"
    }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width,initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="\(Self.policy)">
      <meta name="color-scheme" content="light dark">
      <link rel="icon" href="data:,">
      <title>\(title)</title>
      <style>\(Style.css)</style>
      </head>
      <body>
      <header>
      <h1>\(title)</h1>
      <p class="lead">\(HTML.escaped(lead))</p>
      </header>
      <nav aria-label="Sections">\(links.joined())</nav>
      <main>
      \(parts.joined(separator: "\n"))
      </main>
      <footer>Made by <code>dreamer report</code> of swift-dreamer. This file needs no network.</footer>
      <script>\(Script.javascript)</script>
      </body>
      </html>

      """
  }
}
