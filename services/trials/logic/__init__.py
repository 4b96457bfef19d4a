"""What trials and research ask of the law of data use, pure: may this purpose use these data at all?"""
