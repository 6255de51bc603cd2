"""Ports, index groups and what they are called here, for the device's side and the client's.

Source: InfoSys, index group/offset specification of the system services; TcAdsDef.h.
"""

PLC_PORT, SYSTEM_PORT, REALTIME_PORT = 851, 10_000, 200

# --- memory by address; the group behind each holds the same by bits --------------------------------------------------

MARKERS, MARKER_BITS = 0x4020, 0x4021  # %M
DATA, DATA_BITS = 0x4040, 0x4041
INPUTS, INPUT_BITS = 0xF020, 0xF021
OUTPUTS, OUTPUT_BITS = 0xF030, 0xF031
BYTES_OF_BITS = {DATA_BITS: DATA, MARKER_BITS: MARKERS, INPUT_BITS: INPUTS, OUTPUT_BITS: OUTPUTS}
SIZE_OF = {0x4025: MARKERS, 0x4045: DATA, 0xF025: INPUTS, 0xF035: OUTPUTS}

# --- symbols ----------------------------------------------------------------------------------------------------------

HANDLE_BY_NAME = 0xF003
VALUE_BY_NAME = 0xF004
VALUE_BY_HANDLE = 0xF005
RELEASE_HANDLE = 0xF006
PLACE_BY_NAME = 0xF007
VERSION = 0xF008
ENTRY_BY_NAME = 0xF009
UPLOAD = 0xF00B
UPLOAD_SIZE = 0xF00C
TYPE_UPLOAD = 0xF00E
UPLOAD_INFO = 0xF00F
TYPE_BY_NAME = 0xF011
STATE = 0xF100
HARMLESS = {HANDLE_BY_NAME, VALUE_BY_NAME, PLACE_BY_NAME, ENTRY_BY_NAME, TYPE_BY_NAME}  # to read and write

# --- sum commands -----------------------------------------------------------------------------------------------------

SUM_READ = 0xF080
SUM_WRITE = 0xF081
SUM_READ_WRITE = 0xF082
SUM_READ_EX = 0xF083
SUM_READ_EX_2 = 0xF084
SUM_ADD_NOTIFICATION = 0xF085
SUM_DELETE_NOTIFICATION = 0xF086
SUMS = range(SUM_READ, SUM_DELETE_NOTIFICATION + 1)

# --- other ports ------------------------------------------------------------------------------------------------------

SYSTEM_STATE = 0x00F0  # of port 10000
REALTIME, TICKS, TICK_MODE = 1, 0x31, 0x32  # of port 200: group and offsets
