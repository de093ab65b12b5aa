#include <string>

int main(int argc, char** argv) { return argc > 1 ? std::stoi(argv[1]) : 0; }
