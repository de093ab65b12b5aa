// AddressSanitizer keeps what was freed, to find who still uses it: 256 MB by default, which is all that a function may
// have.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() { return "quarantine_size_mb=16"; }
