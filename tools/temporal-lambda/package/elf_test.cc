#include <tools/temporal-lambda/package/elf.h>

#include <tools/temporal-lambda/package/fake_elf.h>
#include <tools/temporal-lambda/package/files.h>

#include <gmock/gmock.h>

#include <cstring>
#include <string>

namespace temporal::lambda_package {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string refusal(const std::string& bytes) {
  try {
    (void)read_elf(bytes);
  } catch (const ElfError& error) {
    return error.what();
  }
  return "no error";
}

template <class T>
void write(std::string& bytes, std::uint64_t offset, const T& value) {
  std::memcpy(bytes.data() + offset, &value, sizeof value);
}

std::string cut_off(const std::string& bytes, std::uint64_t size) { return bytes.substr(0, size); }

/// The whole of it is loaded by one segment, and what is cut off would be missed there first.
std::string with_nothing_loaded(std::string bytes) {
  Elf64_Ehdr header{};
  std::memcpy(&header, bytes.data(), sizeof header);
  const auto last = header.e_phoff + (header.e_phnum - 1U) * sizeof(Elf64_Phdr);
  Elf64_Phdr segment{};
  std::memcpy(&segment, bytes.data() + last, sizeof segment);
  segment.p_type = PT_NULL;
  write(bytes, last, segment);
  return bytes;
}

}  // namespace

TEST(Elf, SaysWhatTheFileSaysOnEachMachine) {
  for (const std::uint16_t machine : {EM_X86_64, EM_AARCH64})
    EXPECT_EQ(read_elf(FakeElf{good_elf(machine)}.bytes()), good_elf(machine));
}

TEST(Elf, OfThisTestIsWhatTheLinkerMade) {
  const auto elf = read_elf(read_file("/proc/self/exe"));
  EXPECT_THAT(elf.libraries, Contains("libc.so.6"));
  EXPECT_THAT(elf.interpreter, HasSubstr("ld-linux"));
  EXPECT_THAT(elf.versions, Contains(AllOf(Field(&NeededVersion::name, HasSubstr("GLIBC_")),
                                           Field(&NeededVersion::symbols, Contains("__libc_start_main")))));
}

TEST(Elf, WithoutSectionHeadersKnowsItsVersionsWithoutSymbols) {
  auto expected = good_elf();
  for (auto& version : expected.versions) version.symbols.clear();
  EXPECT_EQ(read_elf(FakeElf(good_elf(), false).bytes()), expected);
}

TEST(Elf, ThatIsStaticNeedsNothing) {
  const Elf elf{.machine = EM_AARCH64, .type = ET_EXEC, .entry = 0x400000};
  EXPECT_EQ(read_elf(FakeElf{elf}.bytes()), elf);
}

TEST(Elf, OfOtherKindsOfMachineTellsItsKindAlone) {
  const Elf of_32_bits{.bits = 32, .machine = EM_386};
  EXPECT_EQ(read_elf(FakeElf{of_32_bits}.bytes()), of_32_bits);
  const Elf big_endian{.big_endian = true, .machine = EM_S390};
  EXPECT_EQ(read_elf(FakeElf{big_endian}.bytes()), big_endian);
}

TEST(Elf, AVersionThatIsMarkedAsWeakIsNotNeeded) {
  const FakeElf fake{good_elf()};
  auto bytes = fake.bytes();
  auto first = fake.versions_at + sizeof(Elf64_Verneed);
  Elf64_Vernaux version{};
  std::memcpy(&version, bytes.data() + first, sizeof version);
  version.vna_flags = VER_FLG_WEAK;
  write(bytes, first, version);
  EXPECT_THAT(read_elf(bytes).versions, Not(Contains(Field(&NeededVersion::name, "GLIBC_2.2.5"))));
  EXPECT_THAT(read_elf(bytes).versions, Contains(Field(&NeededVersion::name, "GLIBC_2.34")));
}

TEST(Elf, WhatIsNoneIsRefused) {
  EXPECT_THAT(refusal(""), HasSubstr("no ELF"));
  EXPECT_THAT(refusal("#!/bin/sh\n"), HasSubstr("no ELF"));
  EXPECT_FALSE(is_elf(""));
  EXPECT_TRUE(is_elf("\177ELF"));
}

TEST(Elf, ACutOffFileIsAnErrorThatSaysWhatIsMissing) {
  const auto bytes = FakeElf{good_elf()}.bytes();
  EXPECT_THAT(refusal(cut_off(bytes, 4)), HasSubstr("the header lies beyond the end"));
  EXPECT_THAT(refusal(cut_off(bytes, 63)), HasSubstr("the header lies beyond the end"));
  EXPECT_THAT(refusal(cut_off(bytes, 70)), HasSubstr("the table of program headers lies beyond the end"));
  EXPECT_THAT(refusal(cut_off(bytes, bytes.size() - 1)), HasSubstr("a segment that is loaded lies beyond the end"));
}

TEST(Elf, ATruncatedSymbolTableIsAnErrorThatSaysSo) {
  const FakeElf fake{good_elf()};
  auto bytes = fake.bytes();
  Elf64_Shdr symbols{};
  const auto header = fake.sections_at + 2 * sizeof symbols;
  std::memcpy(&symbols, bytes.data() + header, sizeof symbols);
  symbols.sh_offset = bytes.size() - sizeof(Elf64_Sym);
  write(bytes, header, symbols);
  EXPECT_THAT(refusal(bytes), HasSubstr("the table of dynamic symbols lies beyond the end of the file"));
}

TEST(Elf, EveryCutOffFileIsReadOrRefused) {
  for (const bool with_sections : {true, false}) {
    const auto bytes = with_nothing_loaded(FakeElf(good_elf(), with_sections).bytes());
    for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_NE(refusal(cut_off(bytes, size)), "") << size;
  }
}

TEST(Elf, EveryFileWithAByteThatIsDamagedIsReadOrRefused) {
  const auto good = FakeElf{good_elf()}.bytes();
  int refused = 0;
  for (std::size_t at = SELFMAG; at < good.size(); ++at) {
    for (const char damage : {'\0', '\1', '\177', '\377'}) {
      auto bytes = good;
      bytes[at] = damage;
      if (refusal(bytes) != "no error") ++refused;
    }
  }
  EXPECT_GT(refused, 100);
}

TEST(Elf, ATableOfVersionsThatLeadsInCirclesEnds) {
  const FakeElf fake{good_elf()};
  auto bytes = fake.bytes();
  Elf64_Verneed library{};
  std::memcpy(&library, bytes.data() + fake.versions_at, sizeof library);
  library.vn_cnt = 0xffff;
  library.vn_aux = 0xffff'ffff;
  write(bytes, fake.versions_at, library);
  EXPECT_THAT(refusal(bytes), HasSubstr("the table of needed versions lies beyond the end"));
}

TEST(Elf, AnAddressThatIsNotLoadedIsAnErrorThatSaysSo) {
  EXPECT_THAT(refusal(with_nothing_loaded(FakeElf{good_elf()}.bytes())),
              HasSubstr("the table of dynamic strings is in no segment that is loaded"));
}

TEST(Elf, ANameThatHasNoEndIsAnErrorThatSaysSo) {
  auto elf = good_elf();
  elf.libraries = {std::string(5000, 'x')};
  EXPECT_THAT(refusal(FakeElf{elf}.bytes()), HasSubstr("a library's name has no end"));
}

}  // namespace temporal::lambda_package
