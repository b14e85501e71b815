// The plain file server: keeps what it is given, as it is given.
#include "files.roi.hpp"

#include <iostream>
#include <map>
#include <stdexcept>

namespace {

class plain_files : public demo::Files {
public:
    void write(const std::string& name, const std::string& content) override {
        files_[name] = content;
    }
    std::string read(const std::string& name) override {
        const auto found = files_.find(name);
        if (found == files_.end()) throw std::out_of_range("no file '" + name + "'");
        return found->second;
    }

private:
    std::map<std::string, std::string> files_;
};

}  // namespace

int main() {
    roi::stop_signals stop;
    plain_files files;
    const roi::servant published = roi::publish(files);
    std::cout << "plain files are served" << std::endl;
    roi::serve();
}
