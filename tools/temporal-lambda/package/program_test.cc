#include <tools/temporal-lambda/package/program.h>

#include <tools/temporal-lambda/package/finding_matchers.h>

#include <string>
#include <vector>

namespace temporal::lambda_package {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Elf with_library(const std::string& library) {
  auto elf = good_elf();
  elf.libraries.push_back(library);
  return elf;
}

Elf with_version(const std::string& version, const std::vector<std::string>& symbols) {
  auto elf = good_elf();
  elf.versions.push_back({.library = "libc.so.6", .name = version, .symbols = symbols});
  return elf;
}

}  // namespace

TEST(Program, OfAnotherMachineIsAnErrorThatNamesIt) {
  EXPECT_THAT(findings(Elf{.bits = 32, .machine = EM_386}),
              ElementsAre(is_error("for i386, 32-bit,", "build it for one of them")));
  EXPECT_THAT(findings(Elf{.bits = 32, .machine = EM_X86_64}), ElementsAre(is_error("x86_64, 32-bit,", "build")));
  EXPECT_THAT(findings(Elf{.big_endian = true, .machine = EM_S390}),
              ElementsAre(is_error("machine 22 of ELF, 64-bit, big-endian", "build")));
  auto riscv = good_elf();
  riscv.machine = EM_RISCV;
  EXPECT_THAT(findings(riscv), ElementsAre(is_error("machine 243 of ELF, 64-bit", "build")));
}

TEST(Program, ThatWantsALoaderWhichTheImageLacksIsAnError) {
  auto musl = good_elf();
  musl.interpreter = "/lib/ld-musl-x86_64.so.1";
  EXPECT_THAT(findings(musl), ElementsAre(is_error("/lib/ld-musl-x86_64.so.1", "link musl statically")));
  auto elsewhere = good_elf(EM_AARCH64);
  elsewhere.interpreter = "/nix/store/x/ld-linux-aarch64.so.1";
  EXPECT_THAT(findings(elsewhere),
              ElementsAre(is_error("/nix/store", "-Wl,--dynamic-linker=/lib/ld-linux-aarch64.so.1")));
}

TEST(Program, ThatNeedsLibrariesWhichTheImageLacksIsAnErrorThatNamesThem) {
  EXPECT_THAT(findings(with_library("libstdc++.so.6")),
              ElementsAre(is_error("may not have: libstdc++.so.6", "statically")));
  for (const auto* of_glibc : {"libgcc_s.so.1", "libpthread.so.0", "libdl.so.2", "ld-linux-x86-64.so.2"})
    EXPECT_THAT(findings(with_library(of_glibc)), IsEmpty()) << of_glibc;
}

TEST(Program, IsJudgedWithTheLibrariesThatArePackedBesideIt) {
  auto library = with_library("libz.so.1");
  library.interpreter = "";
  for (const std::string name : {"libpq.so.5", "lib/libpq.so.5"}) {
    auto files = with_bootstrap(with_library("libpq.so.5"));
    files[name] = {.content = FakeElf{library}.bytes(), .mode = 0755};
    EXPECT_THAT(findings(files), ElementsAre(is_error(name + " needs libraries", "beside bootstrap")));
    library.machine = EM_AARCH64;
    files[name].content = FakeElf{library}.bytes();
    EXPECT_THAT(findings(files), ElementsAre(is_error(name + " is for arm64", "of bootstrap's")));
    library.machine = EM_X86_64;
    files["libz.so.1"] = files[name] = {.content = FakeElf{good_elf()}.bytes(), .mode = 0644};
    EXPECT_THAT(findings(files), IsEmpty());
  }
}

TEST(Program, ThatNeedsANewerGlibcIsAnErrorThatNamesSymbolsAndRemedies) {
  EXPECT_THAT(findings(with_version("GLIBC_2.36", {"arc4random"})),
              ElementsAre(is_error("which is 2.34: arc4random (glibc 2.36)",
                                   "use getrandom; or a bootstrap that temporal_add_function did not link; the link "
                                   "option -Wl,--trace-symbol=arc4random")));
  EXPECT_THAT(findings(with_version("GLIBC_2.38", {"__isoc23_strtol", "__isoc23_scanf"})),
              ElementsAre(is_error("__isoc23_strtol (glibc 2.38), __isoc23_scanf (glibc 2.38)", "older glibc")));
  EXPECT_THAT(findings(with_version("GLIBC_2.35", {"_dl_find_object", "epoll_pwait2"})),
              ElementsAre(is_error("epoll_pwait2", "leave out what calls it"),
                          is_error("_dl_find_object", "leave out -static-libgcc")));
  EXPECT_THAT(findings(with_version("GLIBC_2.4", {"__stack_chk_fail"})), IsEmpty()) << "4 is less than 34";
  EXPECT_THAT(findings(with_version("GLIBC_3", {})), ElementsAre(is_error("glibc 3", "older glibc")));
  EXPECT_THAT(findings(with_version("GCC_12.0.0", {"__extendbfsf2"})), IsEmpty()) << "is not of glibc";
}

TEST(Program, ThatNeedsVersionsWhichAreNoNumbersIsAnErrorThatNamesThem) {
  EXPECT_THAT(findings(with_version("GLIBC_ABI_DT_RELR", {})),
              ElementsAre(is_error(": GLIBC_ABI_DT_RELR", "-z pack-relative-relocs")));
  EXPECT_THAT(findings(with_version("GLIBC_PRIVATE", {"_dl_sym"})),
              ElementsAre(is_error("_dl_sym (GLIBC_PRIVATE)", "leave out what calls it")));
}

TEST(Program, IsDescribedAsAwsCallsIt) {
  const auto bootstrap = describe_bootstrap(with_bootstrap(good_elf(EM_AARCH64)));
  EXPECT_EQ(bootstrap.architecture, "arm64");
  EXPECT_EQ(bootstrap.glibc, "2.34");
  EXPECT_EQ(bootstrap.build_id, "00ff9e7d");
  EXPECT_THAT(bootstrap.libraries, ElementsAre("libm.so.6", "libc.so.6"));
}

TEST(Program, ThatCannotBeReadIsNotDescribed) {
  EXPECT_EQ(describe_bootstrap({}).architecture, "");
  for (const std::string bytes : {"", "#!/bin/sh", "\177ELF"})
    EXPECT_EQ(describe_bootstrap(with_bootstrap(bytes)).architecture, "") << bytes;
}

}  // namespace temporal::lambda_package
