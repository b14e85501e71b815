# roi_generate(<target> HEADERS <header>... [LOCK <file>])
