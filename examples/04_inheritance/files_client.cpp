// Knows only "files"; which server that is depends on the scope that it is started in.
#include "files.roi.hpp"

#include <iostream>
#include <string_view>

int main(int argc, char** argv) {
    const std::string_view what = argc > 1 ? argv[1] : "";
    demo::FilesClient files;
    if (what == "write" && argc == 4) {
        files.write(argv[2], argv[3]);
        std::cout << argv[2] << " is written\n";
    } else if (what == "read" && argc == 3) {
        std::cout << argv[2] << ": " << files.read(argv[2]) << "\n";
    } else {
        std::cerr << "usage: files_client write NAME TEXT | read NAME\n";
        return 2;
    }
}
