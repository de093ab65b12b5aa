# The compiler, its floor and the flags that every target of ours shares.

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR
    "GCC ${CMAKE_CXX_COMPILER_VERSION} miscompiles aggregate temporaries inside co_await expressions "
    "(the options of execute_activity would be destroyed twice). Use Clang 16 or newer "
    "(-DCMAKE_CXX_COMPILER=clang++-19) or GCC 13 or newer. See docs/adr/0002-clang.md.")
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 16)
  message(FATAL_ERROR "Clang ${CMAKE_CXX_COMPILER_VERSION} is too old: use Clang 16 or newer.")
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)  # with extensions `linux` is a macro, and a generated field has that name
set(CMAKE_CXX_FLAGS_DEV "-O1 -g1")
set(CMAKE_C_FLAGS_DEV "-O1 -g1")
# With lines for the addresses of a crash, which no bootstrap carries, and without the paths of this machine.
set(CMAKE_CXX_FLAGS_RELEASE "-Os -g1 -fdebug-prefix-map=${PROJECT_SOURCE_DIR}/= -DNDEBUG -ffunction-sections -fdata-sections")

set(TEMPORAL_SANITIZE "" CACHE STRING "Sanitizers to build with: address,undefined or thread, with fuzzer-no-link for fuzzers")
if(TEMPORAL_SANITIZE)
  add_compile_options(-fsanitize=${TEMPORAL_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
    "-fsanitize-ignorelist=${PROJECT_SOURCE_DIR}/cmake/sanitizer-ignorelist.txt")
  add_link_options(-fsanitize=${TEMPORAL_SANITIZE})
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_link_options(-fuse-ld=lld)
endif()
add_link_options(-Wl,--gc-sections)

# A warning is an error for who works on this, and not for who builds it with a compiler that we do not know yet.
option(TEMPORAL_WERROR "Treat warnings as errors" OFF)
add_library(temporal_warnings INTERFACE)
target_compile_options(temporal_warnings INTERFACE -Wall -Wextra -Wpedantic -Wno-gnu-string-literal-operator-template
  $<$<BOOL:${TEMPORAL_WERROR}>:-Werror>)

find_package(Threads REQUIRED)
