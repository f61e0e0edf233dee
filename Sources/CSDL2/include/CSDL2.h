// What we use of SDL 2 (https://wiki.libsdl.org/SDL2), found with dlopen: a program that shows
// windows builds and runs where SDL is not installed. No header of SDL is needed; the few constants
// and offsets below are part of its stable binary interface.
#pragma once

#include <stdbool.h>
#include <stdint.h>

/// Loads the library once, from `path` if that is not null. Returns null, or why it cannot be loaded.
const char *_Nullable csd_load(const char *_Nullable path);

/// The last error's text.
const char *_Nonnull csd_error(void);

/// Whether the display is gone, and with it all windows: from then on every call but this one and
/// `csd_error` does nothing.
bool csd_is_lost(void);

typedef struct csd_window csd_window;

/// Opens a resizable window of so many points, fewer where the screen is smaller, or returns null. The
/// first one connects to the display.
csd_window *_Nullable csd_open(const char *_Nonnull title, int width, int height);

/// Closes a window; the last one disconnects from the display.
void csd_close(csd_window *_Nonnull window);

void csd_set_title(csd_window *_Nonnull window, const char *_Nonnull title);

/// The size in pixels, which are smaller than points on a display of high density. False on error.
bool csd_size(csd_window *_Nonnull window, int *_Nonnull width, int *_Nonnull height);

/// Fills the window with a picture: `height` rows of `width` pixels of three bytes, red, green and
/// blue. False on error.
bool csd_show(csd_window *_Nonnull window, const uint8_t *_Nonnull pixels, int width, int height);

typedef enum { csd_key_down = 1, csd_key_up, csd_resized, csd_exposed, csd_unfocused, csd_closed } csd_kind;

typedef struct {
  csd_kind kind;
  /// SDL's key code: the character on the key, or its place and bit 30.
  int32_t key;
  bool is_repeated;
  bool has_shift;
} csd_event;

/// Waits at most so many milliseconds for an event of any window. False where none came.
bool csd_wait(csd_event *_Nonnull event, int milliseconds);
