// This module holds no code: its documentation catalogue is the project's handbook. `make docs` builds it.
