#include "CSDL2.h"

#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// SDL's own names and numbers: SDL.h, SDL_video.h, SDL_render.h, SDL_pixels.h, SDL_events.h.
enum {
  init_video = 0x20,
  window_resizable = 0x20,
  window_high_density = 0x2000,
  position_centered = 0x2FFF0000,
  renderer_software = 1,
  format_red_green_blue = 0x17101803,  // RGB24: bytes in this order
  access_streaming = 1,
  event_quit = 0x100,
  event_window = 0x200,
  event_key_down = 0x300,
  event_key_up = 0x301,
  window_exposed = 3,
  window_size_changed = 6,
  window_focus_lost = 13,
  window_close = 14,
  modifier_shift = 0x3,
};

// SDL_Event: a union of 56 bytes; its parts that we read.
typedef union {
  uint32_t type;
  struct {
    uint32_t type, time, window;
    uint8_t event, padding[3];
    int32_t data[2];
  } window;
  struct {
    uint32_t type, time, window;
    uint8_t state, repeat, padding[2];
    int32_t scancode, code;
    uint16_t modifiers;
  } key;
  uint8_t bytes[128];
} sdl_event;

// SDL_Rect
typedef struct {
  int x, y, width, height;
} sdl_rectangle;

static struct {
  int (*InitSubSystem)(uint32_t);
  void (*QuitSubSystem)(uint32_t);
  int (*SetHint)(const char *, const char *);
  const char *(*GetError)(void);
  const char *(*GetCurrentVideoDriver)(void);
  void *(*CreateWindow)(const char *, int, int, int, int, uint32_t);
  void (*DestroyWindow)(void *);
  void (*SetWindowTitle)(void *, const char *);
  void (*SetWindowMinimumSize)(void *, int, int);
  int (*GetDisplayUsableBounds)(int, sdl_rectangle *);
  void *(*CreateRenderer)(void *, int, uint32_t);
  void (*DestroyRenderer)(void *);
  int (*GetRendererOutputSize)(void *, int *, int *);
  void *(*CreateTexture)(void *, uint32_t, int, int, int);
  void (*DestroyTexture)(void *);
  int (*UpdateTexture)(void *, const void *, const void *, int);
  int (*RenderCopy)(void *, void *, const void *, const void *);
  void (*RenderPresent)(void *);
  int (*WaitEventTimeout)(sdl_event *, int);
} sdl;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *wanted_path;
static const char *failure;

static void *open_library(void) {
  if (wanted_path) return dlopen(wanted_path, RTLD_NOW | RTLD_LOCAL);
  static const char *const names[] = {
      "libSDL2-2.0.so.0", "libSDL2.so", "libSDL2.dylib", "/opt/homebrew/lib/libSDL2.dylib"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    void *library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (library) return library;
  }
  return NULL;
}

// A cast of the variable's address: ISO C has no conversion from an object pointer to a function's.
#define FIND(name) (*(void **)&sdl.name = dlsym(library, "SDL_" #name))

static void load(void) {
  void *library = open_library();
  if (!library) {
    failure = wanted_path ? "it cannot be loaded" : "libSDL2-2.0.so.0 is not installed";
    return;
  }
  bool is_complete =
      FIND(InitSubSystem) && FIND(QuitSubSystem) && FIND(SetHint) && FIND(GetError) &&
      FIND(GetCurrentVideoDriver) &&
      FIND(CreateWindow) && FIND(DestroyWindow) && FIND(SetWindowTitle) &&
      FIND(SetWindowMinimumSize) && FIND(GetDisplayUsableBounds) && FIND(CreateRenderer) &&
      FIND(DestroyRenderer) && FIND(GetRendererOutputSize) && FIND(CreateTexture) && FIND(DestroyTexture) &&
      FIND(UpdateTexture) && FIND(RenderCopy) && FIND(RenderPresent) && FIND(WaitEventTimeout);
  if (!is_complete) {
    failure = "it lacks functions of SDL 2";
    return;
  }
  // Signals stay with the program.
  sdl.SetHint("SDL_NO_SIGNAL_HANDLERS", "1");
  sdl.SetHint("SDL_FRAMEBUFFER_ACCELERATION", "0");
}

const char *csd_load(const char *path) {
  wanted_path = path;
  pthread_once(&once, load);
  return failure;
}

// An error of ours, which SDL does not know.
static const char *own_error;

const char *csd_error(void) { return own_error ? own_error : sdl.GetError(); }

// Where Xlib finds that its server is gone, it ends the process, whatever else that does. Its handler
// must not return, so ours jumps out of SDL, into which nothing calls any more: Xlib still holds the
// lock of the display.
static bool is_lost;
static jmp_buf way_out;

static int lose_display(void *display) {
  (void)display;
  is_lost = true;
  own_error = "the connection to the display broke";
  longjmp(way_out, 1);
}

bool csd_is_lost(void) { return is_lost; }

// Begins each function that calls into SDL: from a lost display it returns to here.
#define OR_LOST(result) \
  if (is_lost || setjmp(way_out)) return result

// Xlib is there if SDL has loaded it for its display.
static void keep_process(void) {
  void *library = dlopen("libX11.so.6", RTLD_NOW | RTLD_NOLOAD);
  if (!library) return;
  void (*set_handler)(int (*)(void *));
  *(void **)&set_handler = dlsym(library, "XSetIOErrorHandler");
  if (set_handler) set_handler(lose_display);
  dlclose(library);
}

// Connects to the display. Where there is none, SDL draws into memory; nobody would see that, unless
// it was asked for.
static bool connect(void) {
  own_error = NULL;
  // SDL counts how often this is asked for.
  if (sdl.InitSubSystem(init_video) != 0) return false;
  keep_process();
  const char *driver = sdl.GetCurrentVideoDriver();
  bool is_seen = getenv("SDL_VIDEODRIVER") || !driver || strcmp(driver, "offscreen") != 0;
  if (is_seen) return true;
  own_error = "there is no display";
  sdl.QuitSubSystem(init_video);
  return false;
}

struct csd_window {
  void *window, *renderer, *texture;
  int width, height;  // of the texture
};

static int at_most(int value, int limit) { return limit < value ? limit : value; }

// What is larger than the screen has edges that cannot be reached. Windows have frames.
static void fit_screen(int *width, int *height) {
  enum { frame = 10, title_bar = 40 };
  sdl_rectangle screen;
  if (sdl.GetDisplayUsableBounds(0, &screen) != 0) return;
  *width = at_most(*width, screen.width - frame);
  *height = at_most(*height, screen.height - title_bar);
}

static void *open_renderer(csd_window *opened, const char *title, int width, int height) {
  fit_screen(&width, &height);
  opened->window = sdl.CreateWindow(title, position_centered, position_centered, width, height,
                                    window_resizable | window_high_density);
  if (!opened->window) return NULL;
  // What a picture beside charts and text needs.
  sdl.SetWindowMinimumSize(opened->window, 320, 240);
  // One picture of the window's own size needs no graphics driver, which takes a second to load.
  return opened->renderer = sdl.CreateRenderer(opened->window, -1, renderer_software);
}

csd_window *csd_open(const char *title, int width, int height) {
  OR_LOST(NULL);
  if (!connect()) return NULL;
  csd_window *opened = calloc(1, sizeof *opened);
  if (opened && open_renderer(opened, title, width, height)) return opened;
  if (opened && opened->window) sdl.DestroyWindow(opened->window);
  free(opened);
  sdl.QuitSubSystem(init_video);
  return NULL;
}

void csd_close(csd_window *window) {
  OR_LOST();
  if (window->texture) sdl.DestroyTexture(window->texture);
  sdl.DestroyRenderer(window->renderer);
  sdl.DestroyWindow(window->window);
  free(window);
  sdl.QuitSubSystem(init_video);
}

void csd_set_title(csd_window *window, const char *title) {
  OR_LOST();
  sdl.SetWindowTitle(window->window, title);
}

bool csd_size(csd_window *window, int *width, int *height) {
  OR_LOST(false);
  return sdl.GetRendererOutputSize(window->renderer, width, height) == 0;
}

static bool fit_texture(csd_window *window, int width, int height) {
  if (window->texture && window->width == width && window->height == height) return true;
  if (window->texture) sdl.DestroyTexture(window->texture);
  window->texture = sdl.CreateTexture(window->renderer, format_red_green_blue,
                                      access_streaming, width, height);
  window->width = width;
  window->height = height;
  return window->texture != NULL;
}

bool csd_show(csd_window *window, const uint8_t *pixels, int width, int height) {
  OR_LOST(false);
  if (!fit_texture(window, width, height)) return false;
  if (sdl.UpdateTexture(window->texture, NULL, pixels, 3 * width) != 0) return false;
  if (sdl.RenderCopy(window->renderer, window->texture, NULL, NULL) != 0) return false;
  sdl.RenderPresent(window->renderer);
  return true;
}

// Whether an event is one of those that we tell of.
static bool translate(const sdl_event *event, csd_event *told) {
  memset(told, 0, sizeof *told);
  switch (event->type) {
    case event_quit: told->kind = csd_closed; return true;
    case event_key_down:
    case event_key_up:
      told->kind = event->type == event_key_down ? csd_key_down : csd_key_up;
      told->key = event->key.code;
      told->is_repeated = event->key.repeat != 0;
      told->has_shift = (event->key.modifiers & modifier_shift) != 0;
      return true;
    case event_window: break;
    default: return false;
  }
  switch (event->window.event) {
    case window_size_changed: told->kind = csd_resized; return true;
    case window_exposed: told->kind = csd_exposed; return true;
    case window_focus_lost: told->kind = csd_unfocused; return true;
    case window_close: told->kind = csd_closed; return true;
    default: return false;
  }
}

// An event that is there and one of those that we tell of.
static bool poll_event(csd_event *event) {
  sdl_event raw;
  while (sdl.WaitEventTimeout(&raw, 0)) {
    if (translate(&raw, event)) return true;
  }
  return false;
}

// Looks again and again instead of letting SDL wait: to end its own wait, SDL 2 sends the window a
// message on a second connection to the X server, which ends the process where the window is gone
// before it arrives.
bool csd_wait(csd_event *event, int milliseconds) {
  enum { nap = 5 };
  OR_LOST(false);
  for (int left = milliseconds;; left -= nap) {
    if (poll_event(event)) return true;
    if (left <= 0) return false;
    struct timespec time = {0, (left < nap ? left : nap) * 1000000L};
    nanosleep(&time, NULL);
  }
}
